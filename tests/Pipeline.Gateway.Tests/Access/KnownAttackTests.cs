using Pipeline.Gateway.Access;
using Pipeline.Gateway.Adapters;
using Pipeline.Gateway.Tests.Support;
using Pipeline.Llm.Generation;
using Pipeline.Llm.Models;

namespace Pipeline.Gateway.Tests.Access;

/// <summary>Attacks that other servers of language models fell to, one test each.</summary>
public sealed class KnownAttackTests : IDisposable
{
    private readonly TempDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Vllm_CVE_2026_22807_AutoMapInTheModel_RunsNoCodeAndTheBuiltInArchitectureServes()
    {
        var directory = Directory.CreateDirectory(_folder.Combine("model")).FullName;
        foreach (var file in Directory.EnumerateFiles(TestGateway.ModelDirectory))
        {
            File.Copy(file, Path.Combine(directory, Path.GetFileName(file)));
        }

        var config = Path.Combine(directory, "config.json");
        var marker = _folder.Combine("ran");
        File.WriteAllText(
            config, File.ReadAllText(config)
                .Replace("\"model_type\"", "\"auto_map\":{\"AutoModelForCausalLM\":\"modeling_x.X\"},\"model_type\"",
                    StringComparison.Ordinal));
        File.WriteAllText(Path.Combine(directory, "modeling_x.py"), $"open('{marker}', 'w').write('x')");
        string? refused = null;
        try
        {
            using var model = CausalLanguageModel.Load(directory, new() { Threads = 1 });
            await using var engine = new GenerationEngine(model, new GenerationOptions { MaxBatch = 1 });
            var stream = engine.Submit(
                new GenerationRequest { Prompt = [5, 6], Sampling = new SamplingOptions { MaxTokens = 2 } });
            (await stream.ReadAllAsync(TestContext.Current.CancellationToken)
                .CountAsync(TestContext.Current.CancellationToken)).ShouldBeGreaterThan(0);
        }
        catch (InvalidDataException exception)
        {
            refused = exception.Message;
        }

        (refused ?? "auto_map").ShouldContain("auto_map");
        File.Exists(marker).ShouldBeFalse();
    }

    [Theory]
    [InlineData("prompt_embeds")]
    [InlineData("prompt_token_tensors")]
    [InlineData("chat_template")]
    [InlineData("chat_template_kwargs")]
    [InlineData("mm_processor_kwargs")]
    [InlineData("lora_request")]
    public async Task Vllm_CVE_2025_62164_TensorsTemplatesAndPathsOfAClient_AreUnknownFields(string field)
    {
        await using var gateway = await TestGateway.StartAsync();
        foreach (var path in (string[])["/v1/chat/completions", "/v1/completions"])
        {
            var body = new Dictionary<string, object>
            {
                ["model"] = "bookworm",
                [path == "/v1/completions" ? "prompt" : "messages"] = path == "/v1/completions"
                    ? "x" : new[] { new { role = "user", content = "x" } },
                [field] = "gASVAAAAAAAAAA==",
            };
            var (status, answer, _) = await gateway.PostAsync(path, body);
            status.ShouldBe(400);
            answer.GetProperty("error").GetProperty("param").GetString().ShouldBe(field);
        }

        gateway.Fake.Requests.ShouldBeEmpty();
    }

    [Fact]
    public void Vllm_CVE_2025_59425_Keys_AreComparedAsWholeDigests_EveryOne()
    {
        // A wrong key with a right beginning, and one whose digest begins alike, are as wrong as any other.
        var directory = new ClientDirectory(
            [TestGateway.Key("a", "secret-key"), TestGateway.Key("b", "another-key")], "admin-key", open: false);
        foreach (var key in (string[])["secret-ke", "secret-kez", "secret-key ", "SECRET-KEY", "", new string('x', 257),
            TestGateway.Sha("secret-key")])
        {
            directory.Identify(key, null).ShouldBeNull(key);
        }

        directory.Identify("another-key", null)?.Client.Id.ShouldBe("b");
        var source = File.ReadAllText(
            Path.Combine(Repository.Root, "workers", "Pipeline.Gateway", "Access", "ClientDirectory.cs"));
        source.ShouldContain("CryptographicOperations.FixedTimeEquals");
        source.ShouldNotContain("KeySha256 ==");
    }

    [Fact]
    public async Task Vllm_CVE_2026_3108_B59_SamePrompt_SharesNothingAcrossTenantsAndAdapters()
    {
        using var model = CausalLanguageModel.Load(TestGateway.ModelDirectory, new() { Threads = 1 });
        await using var engine = new GenerationEngine(model, new GenerationOptions { MaxBatch = 2 });
        await using var gateway = await TestGateway.StartAsync(parts: parts => parts with
        {
            Engine = engine,
            Clients = new ClientsFile { Clients = [TestGateway.Key("one", "key-1"), TestGateway.Key("two", "key-2")] },
        });
        var prompt = string.Join(' ', Enumerable.Range(0, 60).Select(i => $"secret{i}"));
        async Task<int> CachedAsync(string key)
        {
            using var client = gateway.NewClient(key);
            var (status, body, _) =
                await gateway.PostAsync("/v1/completions", new { model = "bookworm", prompt, max_tokens = 2 }, client);
            status.ShouldBe(200, body.ToString());
            return body.GetProperty("usage").GetProperty("prompt_tokens_details").GetProperty("cached_tokens")
                .GetInt32();
        }

        (await CachedAsync("key-1")).ShouldBe(0);
        (await CachedAsync("key-1")).ShouldBeGreaterThan(100);
        (await CachedAsync("key-2"))
            .ShouldBe(0, "another tenant must not even learn by time that somebody sent this text");
    }

    [Theory]
    [InlineData("{\"auto_mapping\":{\"base_model_class\":\"X\",\"parent_library\":\"os\"}}")]
    [InlineData("{\"peft_type\":\"LORA\",\"r\":4,\"lora_alpha\":8,\"target_modules\":[\"q_proj\"],\"auto_map\":{\"AutoModel\":\"x.X\"}}")]
    [InlineData("{\"peft_type\":\"LORA\",\"r\":4,\"lora_alpha\":8,\"target_modules\":[\"q_proj\"],\"runtime_config\":\"x\"}")]
    public void Peft_UnknownKeysOfAConfig_AreRefused(string json)
    {
        var directory = Directory.CreateDirectory(_folder.Combine("adapter")).FullName;
        File.WriteAllText(Path.Combine(directory, "adapter_config.json"), json);
        File.WriteAllText(Path.Combine(directory, "adapter_model.safetensors"), "x");
        Should.Throw<AdapterLoadException>(() => AdapterFiles.Inspect("bad", "1", directory, 64)).Fault.ShouldBe(
            AdapterFault.Damaged);
    }

    [Fact]
    public async Task LiteLlm_CVE_2024_6587_DestinationsInHeadersAndQuery_AreNeverCalled()
    {
        var listener = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        var elsewhere = $"http://{listener.LocalEndpoint}";
        await using var gateway = await TestGateway.StartAsync();
        using var client = gateway.NewClient();
        foreach (var header in (string[])[
            "X-Api-Base", "X-Forwarded-Host", "X-Original-Url", "X-Base-Url", "Helicone-Target-Url", "Location"])
        {
            client.DefaultRequestHeaders.TryAddWithoutValidation(header, elsewhere);
        }

        (await gateway.PostAsync($"/v1/chat/completions?api_base={Uri.EscapeDataString(elsewhere)}",
            TestGateway.Chat("hi"), client)).Status.ShouldBe(200);
        (await gateway.PostAsync("/v1/chat/completions", TestGateway.Chat("hi", elsewhere), client)).Status.ShouldBe(
            404);
        listener.Pending().ShouldBeFalse();
        listener.Stop();
    }
}
