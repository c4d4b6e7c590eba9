using System.Text;
using System.Text.Json;
using Pipeline.Hosting.Engine;
using Pipeline.Workflows;
using Pipeline.Workflows.Contracts;
using Pipeline.Workflows.FineTuning;
using Pipeline.Workflows.Json;
using Temporalio.Api.Common.V1;
using Temporalio.Client;

namespace Pipeline.EndToEnd.Tests;

/// <summary>
/// B62: secrets of the deployment and personal data of the rows are planted, a whole run is made, and every file,
/// history and page is searched.
/// </summary>
[Trait("Tier", "e2e")]
public sealed class PlantedSecretsTests
{
    private const string PayloadKey = "cGxhbnRlZC1rZXktb2YtdGhlLXRlc3QtMzItYnl0ZXM=";

    private static readonly Dictionary<string, string> Secrets = new()
    {
        ["GATEWAY_ADMIN_KEY"] = "planted-admin-key-7731",
        ["PIPELINE_JUDGE__API_KEY"] = "planted-judge-key-7731",
        ["TEMPORAL_API_KEY"] = "",
        ["PIPELINE_PAYLOAD_KEY"] = PayloadKey,
    };

    private static readonly string[] Personal =
        ["jane.planted7731@example.org", "AKIAPLANTED7732ABCDE", "4111 1111 1111 1111", "+49 30 7731 7731"];

    private static readonly Lazy<Task<(int Code, string Output, bool Alone)>> Run =
        new(() => WithoutNetwork.RunAsync($"{typeof(PlantedSecretsTests).FullName}.{nameof(ScenarioWholeRun)}"));

    [Fact]
    public async Task B62_S0_01_PlantedSecretsAndPersonalData_AreFoundNowhere()
    {
        var (code, output, _) = await Run.Value;
        code.ShouldBe(0, output);
        TestContext.Current.TestOutputHelper?.WriteLine(output);
    }

    [Fact]
    public async Task S0_52_WholeRun_NeedsNothingOutsideOfItsMachine()
    {
        var (code, output, alone) = await Run.Value;
        Assert.SkipUnless(alone, "this machine does not let processes make a network namespace");
        code.ShouldBe(0, output);
    }

    // In a process of its own, from which nothing but its own servers can be reached.
    [Fact(Explicit = true)]
    public async Task ScenarioWholeRun()
    {
        using var folder = new TempDirectory();
        await using var deployment = LocalDeployment.OnFolder("embedded", folder.Path);
        Secrets.Where(secret => secret.Value.Length > 0).ToList()
            .ForEach(secret => deployment.Variables[secret.Key] = secret.Value);
        await deployment.StartAsync();
        var client = await TemporalClient.ConnectAsync(
            new($"127.0.0.1:{deployment.EnginePort}")
            {
                DataConverter = PipelineJson.Converter(EncryptionCodec.FromBase64(PayloadKey)),
            });
        var input = TinyRun.Input with
        {
            Data = TinyRun.Input.Data with
            { Source = await PlantAsync(folder), StratifyBy = "", TextFields = [], Licence = "MIT" },
            Dataset = TinyRun.Input.Dataset with { Task = "auto", RehearsalRows = 0, TestRows = 10 },
        };
        var handle = await TinyRun.StartAsync(client, input);
        var result = await TinyRun.FollowAsync(handle);
        result.Verdict.ShouldBe(Verdict.Promoted, result.Reason);
        await TestRowsAreCleanAsync(handle, folder.Path);

        // Without the key, the engine's own view of the run says nothing about it.
        var plain = await TemporalClient.ConnectAsync(new($"127.0.0.1:{deployment.EnginePort}"));
        var history = (await plain.GetWorkflowHandle(handle.Id).FetchHistoryAsync()).ToJson();
        history.ShouldNotContain(Convert.ToBase64String("artifact:"u8)[..8]);
        history.ShouldContain(Convert.ToBase64String("binary/encrypted"u8));
        await HoldsNoRowAsync(history);
        await File.WriteAllTextAsync(folder.Combine("history.json"), history, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(
            folder.Combine("report.json"),
            JsonSerializer.Serialize(await handle.QueryAsync(wf => wf.Report), PipelineJson.Options),
            TestContext.Current.CancellationToken);
        Search(folder.Path);
    }

    // Rows do not travel: with the key, the history holds references, counts and options.
    private static async Task HoldsNoRowAsync(string history)
    {
        var texts = new List<string>();
        await DecodeAsync(JsonDocument.Parse(history).RootElement, EncryptionCodec.FromBase64(PayloadKey), texts);
        texts.Count.ShouldBeGreaterThan(50);
        texts.ShouldContain(text => text.Contains("raw-rows"));
        texts.ShouldNotContain(text => text.Contains("about topic") || Personal.Any(text.Contains));
    }

    private static async Task DecodeAsync(JsonElement element, EncryptionCodec codec, List<string> texts)
    {
        if (element.ValueKind == JsonValueKind.Object && element.TryGetProperty("metadata", out var metadata)
            && element.TryGetProperty("data", out _) && metadata.ValueKind == JsonValueKind.Object)
        {
            var payload = Payload.Parser.ParseJson(element.GetRawText());
            texts.AddRange((await codec.DecodeAsync([payload])).Select(open => open.Data.ToStringUtf8()));
            return;
        }

        foreach (var inner in element.ValueKind switch
        {
            JsonValueKind.Object => element.EnumerateObject().Select(property => property.Value),
            JsonValueKind.Array => element.EnumerateArray(),
            _ => [],
        })
        {
            await DecodeAsync(inner, codec, texts);
        }
    }

    private static async Task<string> PlantAsync(TempDirectory folder)
    {
        var rows = new StringBuilder();
        for (var row = 0; row < 80; row++)
        {
            rows.Append(
                $$"""{"messages":[{"role":"user","content":"Ticket {{row}} about topic {{row * 7919 % 997}}: write to {{Personal[row % Personal.Length]}} and say which team it is for."},{"role":"assistant","content":"team {{row % 3}}"}]}""").Append('\n');
        }

        Directory.CreateDirectory(folder.Combine("planted"));
        await File.WriteAllTextAsync(folder.Combine("planted", "rows.jsonl"), rows.ToString());
        return folder.Combine("planted");
    }

    // Drawn before the cleaning and still all there, with their labels.
    private static async Task TestRowsAreCleanAsync(
        WorkflowHandle<FineTuneWorkflow, FineTuneResult> handle, string folder)
    {
        var lineage = (await handle.QueryAsync(wf => wf.Lineage)).ToList();
        var roles = lineage.Select(edge => edge.Role).ToList();
        new[] { "ingest", "holdout-test-rows", "sanitize-test-rows", "dataset" }.Select(role => roles.IndexOf(role))
            .ShouldBeInOrder();
        roles.ShouldContain("holdout-test-rows");
        var (raw, clean) = (RowsOf("holdout-test-rows"), RowsOf("sanitize-test-rows"));
        clean.Count.ShouldBe(raw.Count);
        clean.Count.ShouldBeGreaterThanOrEqualTo(8);
        raw.ShouldAllBe(row => Personal.Any(row.Contains));
        clean.Select(Label).ShouldBe(raw.Select(Label));

        List<string> RowsOf(string role) =>
            [.. File.ReadLines(
                Directory.EnumerateFiles(folder, "rows.jsonl", SearchOption.AllDirectories)
                    .First(path =>
                        path.Contains(
                            lineage.Single(edge => edge.Role == role).Reference[^64..], StringComparison.Ordinal)))];

        static string? Label(string row) =>
            JsonDocument.Parse(row).RootElement.GetProperty("messages")[1].GetProperty("content").GetString();
    }

    private static void Search(string folder)
    {
        var (files, hits, raw) = (0, new List<string>(), RawBlobs(folder));

        // The engine holds its lock file exclusively; it is empty.
        foreach (var path in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Where(path => !path.EndsWith(".db.lock", StringComparison.Ordinal)))
        {
            var content = File.ReadAllBytes(path).AsSpan();
            files++;
            foreach (var secret in Secrets.Values.Where(secret => secret.Length > 0)
                .Concat(HoldsRawRows(path) || raw.Contains(Path.GetFileName(path)) ? [] : Personal))
            {
                if (content.IndexOf(Encoding.UTF8.GetBytes(secret)) >= 0)
                {
                    hits.Add($"{Path.GetRelativePath(folder, path)}: {secret}");
                }
            }
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{files} files searched, {hits.Count} hits");
        files.ShouldBeGreaterThan(100);
        hits.ShouldBeEmpty();
    }

    // Rows as they came are kept in folders of their own: the source, and what was made of it before the sanitizer.
    private static bool HoldsRawRows(string path) =>
        new[] { "/planted/", "/artifacts/raw-rows/", "/artifacts/raw-held-out-rows/" }
            .Any(part => path.Contains(part, StringComparison.Ordinal));

    // Content that only manifests of raw rows name.
    private static HashSet<string> RawBlobs(string folder)
    {
        var manifests = Directory.EnumerateFiles(
            Path.Combine(folder, "store", "manifests"), "*.json", SearchOption.AllDirectories).ToLookup(
            // a file lies in a folder
            path => Path.GetFileName(Path.GetDirectoryName(path))!.StartsWith("raw-", StringComparison.Ordinal),
            // always there
            path => JsonDocument.Parse(File.ReadAllText(path)).RootElement.GetProperty("files").EnumerateArray()
                .Select(file => file.GetProperty("sha256").GetString()!));
        return [.. manifests[true].SelectMany(digests => digests)
            .Except(manifests[false].SelectMany(digests => digests))];
    }
}
