using System.Net.Http.Json;
using System.Text.Json;
using Pipeline.Gateway.Tests.Support;
using Pipeline.Llm.Models;
using Pipeline.Llm.Peft;
using TorchSharp;

namespace Pipeline.Gateway.Tests.EndToEnd;

/// <summary>
/// The executable as operators run it: serve from the registry, deploy, chat, drain, die and come back.
/// </summary>
[Trait("Tier", "e2e")]
public sealed class GatewayProcessTests : IDisposable
{
    private readonly TempDirectory _root = new();

    public void Dispose() => _root.Dispose();

    [Fact]
    public async Task ServeDeployChatAndStop_OfTheRealExecutable()
    {
        await RegisterTwoVersionsAsync();
        await using var gateway = await GatewayProcess.ServeAsync(_root.Path);
        (await AskAsync(gateway, "packages")).Version.ShouldBe("1", "the champion of the registry");

        (await DeployAsync("set", "help", "--stable", "packages@1", "--reason", "first"))
            .ShouldContain("stable packages@1");
        var missing = await GatewayProcess.RunAsync(
            _root.Path, "", "deploy", "set", "help", "--candidate", "packages@9", "--percent", "10", "--reason",
            "typo");
        (missing.Code, missing.Error).ShouldBe((3, missing.Error));
        missing.Error.ShouldContain("models:/packages/9 does not exist");
        (await DeployAsync("set", "help", "--candidate", "packages@2", "--percent", "100", "--reason", "trial"))
            .ShouldContain("candidate packages@2 100 %");
        await UntilVersionAsync(gateway, "2");
        var status = JsonSerializer.Deserialize<JsonElement>(await DeployAsync("status", "--json"));
        status[0].GetProperty("version").GetInt32().ShouldBe(2);
        (await DeployAsync("rollback", "help", "--reason", "not better")).ShouldContain("not better");
        await UntilVersionAsync(gateway, "1");

        var chat = await GatewayProcess.RunAsync(
            _root.Path, "zlib1g?\nand curl?\n\n", "chat", "help", "--url", gateway.Address + "/v1", "--max-tokens",
            "12");
        chat.Code.ShouldBe(0, chat.Error);
        chat.Output.Split('\n')[0].ShouldBe((await AskAsync(gateway, "help")).Text.Split('\n')[0]);
        (await GatewayProcess.RunAsync(_root.Path, "hi\n", "chat", "nobody", "--url", gateway.Address + "/v1"))
            .ShouldSatisfyAllConditions(
            run => run.Code.ShouldBe(3), run => run.Error.ShouldContain("does not exist"));

        using var stream = await StreamAsync(gateway, tokens: 200);
        using var reader = new StreamReader(await stream.Content.ReadAsStreamAsync());
        (await reader.ReadLineAsync()).ShouldNotBeNull().ShouldStartWith("data: {");
        gateway.Stop();
        await TestGateway.UntilAsync(() => IsStoppingAsync(gateway), "new requests are refused");
        (await reader.ReadToEndAsync()).ShouldEndWith("data: [DONE]\n\n");
        (await gateway.ExitAsync()).ShouldBe(0);
        Ledger().ShouldNotContain(entry => entry.State == "incomplete");
    }

    [Fact]
    public async Task F39_KilledMidStream_NextProcessMarksItIncompleteAndRestoresRouting()
    {
        await RegisterTwoVersionsAsync();
        await DeployAsync("set", "help", "--stable", "packages@2", "--reason", "first");
        await using (var gateway = await GatewayProcess.ServeAsync(_root.Path))
        {
            await UntilVersionAsync(gateway, "2");
            using var stream = await StreamAsync(gateway, tokens: 900);
            using var reader = new StreamReader(await stream.Content.ReadAsStreamAsync());
            (await reader.ReadLineAsync()).ShouldNotBeNull().ShouldStartWith("data: {");
            gateway.Kill();
            var rest = "";
            try
            {
                rest = await reader.ReadToEndAsync();
            }
            catch (IOException)
            {
                // The client sees that the stream broke.
            }

            rest.ShouldNotContain("[DONE]");
        }

        await using var again = await GatewayProcess.ServeAsync(_root.Path);
        Ledger().Count(entry => entry.State == "incomplete").ShouldBe(1);
        await UntilVersionAsync(again, "2");
        (await AskAsync(again, "packages")).Version.ShouldBe("1");
    }

    private static async Task<(string Version, string Text)> AskAsync(GatewayProcess gateway, string model)
    {
        var response = await gateway.Client.PostAsJsonAsync(
            "/v1/chat/completions",
            new
            {
                model,
                messages = new[] { new { role = "user", content = "zlib1g?" } },
                max_tokens = 12,
                temperature = 0
            });
        var body = await response.Content.ReadAsStringAsync();
        return response.IsSuccessStatusCode
            ? (response.Headers.GetValues("X-Adapter-Version").Single(), JsonSerializer.Deserialize<JsonElement>(body)
                .GetProperty("choices")[0].GetProperty("message").GetProperty("content").ToString())
            : ("", body);
    }

    private static Task UntilVersionAsync(GatewayProcess gateway, string version) =>
        TestGateway.UntilAsync(
            async () => (await AskAsync(gateway, "help")).Version == version, $"the gateway serves version {version}");

    private static async Task<HttpResponseMessage> StreamAsync(GatewayProcess gateway, int tokens)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/v1/completions")
        {
            Content = JsonContent.Create(
                new
                {
                    model = "bookworm",
                    prompt = "The package",
                    max_tokens = tokens,
                    stream = true,
                    ignore_eos = true
                }),
        };
        return await gateway.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    private static async Task<bool> IsStoppingAsync(GatewayProcess gateway)
    {
        try
        {
            return (int)(await gateway.Client.GetAsync("/health")).StatusCode == 503;
        }
        catch (HttpRequestException)
        {
            return true;
        }
    }

    private async Task<string> DeployAsync(params string[] arguments)
    {
        var run = await GatewayProcess.RunAsync(_root.Path, "", ["deploy", .. arguments]);
        run.Code.ShouldBe(0, run.Error);
        return run.Output;
    }

    private List<(string Event, string? State)> Ledger()
    {
        var lines = new List<(string, string?)>();
        using var reader = new StreamReader(
            new FileStream(_root.Combine(".pipeline", "serving", "usage.jsonl"), FileMode.Open, FileAccess.Read,
                FileShare.ReadWrite));
        while (reader.ReadLine() is { } line)
        {
            var entry = JsonSerializer.Deserialize<JsonElement>(line);
            lines.Add(
                (entry.GetProperty("event").ToString(), entry.TryGetProperty("state", out var state)
                    ? state.GetString() : null));
        }

        return lines;
    }

    private async Task RegisterTwoVersionsAsync()
    {
        var registry = new TestRegistry(_root.Combine(".pipeline", "store"));
        using var model = CausalLanguageModel.Load(TestGateway.ModelDirectory, new() { Threads = 1 });
        for (var i = 0; i < 2; i++)
        {
            using var scope = torch.NewDisposeScope();
            using var mode = torch.no_grad();
            using var random = new torch.Generator((ulong)i);
            var adapter = LoraAdapter.Create(
                model, new LoraConfig { Rank = 4, Alpha = 32, TargetModules = LoraConfig.AllProjections }, seed: i,
                name: "made");
            foreach (var (_, value) in adapter.Parameters.Where(
                pair => pair.Name.Contains("lora_B", StringComparison.Ordinal)))
            {
                value.copy_(torch.randn(value.shape, generator: random) * 0.02);
            }

            adapter.Save(_root.Combine($"made-{i}"));
            adapter.Remove();
            await registry.RegisterAsync(_root.Combine($"made-{i}"));
        }

        await registry.MoveAsync("champion", 1);
    }
}
