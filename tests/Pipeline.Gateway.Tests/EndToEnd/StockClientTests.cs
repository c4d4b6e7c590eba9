using System.Text.Json;
using Pipeline.Gateway.Tests.Support;
using Pipeline.Llm.Generation;

namespace Pipeline.Gateway.Tests.EndToEnd;

/// <summary>The official <c>openai</c> package from npm as client.</summary>
[Trait("Tier", "e2e")]
public sealed class StockClientTests
{
    private static readonly string Source = Path.Combine(Repository.Root, "tests", "stock-client");
    private static readonly string Work = Path.Combine(Repository.Root, ".pipeline", "test-tools", "stock-client");

    [Fact]
    public async Task S1_38_S0_54_OpenAiClient_ChatStreamToolsErrorsRetriesAbort()
    {
        await InstallAsync();
        using var folder = new TempDirectory();
        var failures = 0;
        var engine = new FakeEngine { MaxBatch = 1 };
        var answers = Answers();
        engine.Script = request => Text(request) switch
        {
            var text when text.Contains("fail once", StringComparison.Ordinal)
                && failures++ == 0 => throw new InvalidOperationException("injected"),
            var text when text.Contains("never end", StringComparison.Ordinal) => Endless(answers["hello"]),
            var text when text.Contains("call the tool", StringComparison.Ordinal) => answers["tool"],
            _ => answers["hello"],
        };
        engine.Pace = request => Text(request) is var text && text.Contains("be slow", StringComparison.Ordinal)
            ? Task.Delay(150)
            : text.Contains("never end", StringComparison.Ordinal) ? Task.Delay(10) : Task.CompletedTask;
        await using var gateway =
            await TestGateway.StartAsync(options => options with { MaxQueue = 1 }, engine: engine);
        gateway.AddAdapter("help", "3", folder.Path);
        var (code, output) = await Processes.RunAsync("node", ["client.mjs", gateway.Address], Work);
        code.ShouldBe(0, output);
        JsonSerializer.Deserialize<string[]>(output.Trim().Split('\n')[^1])!.Length.ShouldBe(15);
        await TestGateway.UntilAsync(() => engine.Running == 0, "the aborted stream was dropped");
    }

    [Fact]
    public async Task S1_34_VllmStyleScript_LoadsCallsAndUnloadsWithCurl()
    {
        using var folder = new TempDirectory();
        await using var gateway = await TestGateway.StartAsync(options => options with { AdapterRoot = folder.Path });
        gateway.AddAdapter("made", "1", folder.Path);
        gateway.Catalog.Remove("made");
        async Task<string> Curl(string path, string body, bool admin = false)
        {
            string[] key = admin ? ["-H", $"Authorization: Bearer {TestGateway.AdminKey}"] : [];
            var (code, output) = await Processes.RunAsync(
                "curl", ["-sS", "-X", "POST", $"{gateway.Address}{path}", "-H", "Content-Type: application/json",
                    .. key, "-d", body], folder.Path);
            code.ShouldBe(0, output);
            return output;
        }

        (await Curl("/v1/load_lora_adapter", "{\"lora_name\":\"sql\",\"lora_path\":\"made-1\"}"))
            .ShouldContain("invalid_api_key");
        (await Curl("/v1/load_lora_adapter", "{\"lora_name\":\"sql\",\"lora_path\":\"made-1\"}", admin: true))
            .ShouldStartWith("Success");
        (await Curl("/v1/completions", "{\"model\":\"sql\",\"prompt\":\"x\"}")).ShouldContain("text_completion");
        (await Curl("/v1/unload_lora_adapter", "{\"lora_name\":\"sql\"}", admin: true)).ShouldStartWith("Success");
        (await Curl("/v1/completions", "{\"model\":\"sql\",\"prompt\":\"x\"}")).ShouldContain("model_not_found");
    }

    private static Dictionary<string, int[]> Answers() => new()
    {
        ["hello"] = TestGateway.Codec.Encode("Hello there, friend."),
        ["tool"] = TestGateway.Codec.Encode(
            "<tool_call>{\"name\": \"weather\", \"arguments\": {\"city\": \"Oslo\"}}</tool_call>"),
    };

    // The last turn decides, as in a real chat.
    private static string Text(GenerationRequest request)
    {
        var text = string.Concat(request.Prompt.Select(TestGateway.Codec.TokenText));
        return text[Math.Max(0, text.LastIndexOf("<|im_start|>user", StringComparison.Ordinal))..];
    }

    private static List<int> Endless(int[] ids) => [.. Enumerable.Range(0, 100_000).Select(i => ids[i % ids.Length])];

    private static async Task InstallAsync()
    {
        Directory.CreateDirectory(Work);
        foreach (var file in Directory.EnumerateFiles(Source))
        {
            File.Copy(file, Path.Combine(Work, Path.GetFileName(file)), overwrite: true);
        }

        if (!Directory.Exists(Path.Combine(Work, "node_modules", "openai")))
        {
            var (code, output) =
                await Processes.RunAsync("npm", ["install", "--no-save", "--no-audit", "--no-fund"], Work);
            if (code != 0)
            {
                Assert.Skip($"npm could not install the openai package: {output[..Math.Min(200, output.Length)]}");
            }
        }
    }
}
