using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pipeline.Cli.Tests.Support;
using Pipeline.Hosting.Configuration;
using Pipeline.Hosting.Storage;
using Pipeline.Registry.Storage;
using Pipeline.Workflows.Contracts;
using Pipeline.Workflows.Inputs;
using Pipeline.Workflows.Json;

namespace Pipeline.Cli.Tests;

/// <summary>Every recipe with real work: the stages and options that it is about stay, only its sizes shrink.</summary>
[Collection(nameof(SharedDeployment))]
[Trait("Tier", "e2e")]
public sealed class RecipeRunTests(SharedDeployment deployment)
{
    private const string Sizes = """
        {
          "owner": "olga",
          "baseModel": "bookworm-6m",
          "data": { "source": "debian-sample" },
          "dataset": { "maxTrainRows": 48, "testRows": 16, "maxTokens": 256 },
          "review": { "rows": 10 },
          "preflight": { "rows": 2 },
          "train": { "epochs": 1, "maxSteps": 3, "batchSize": 4, "microBatchSize": 2, "checkpointEverySteps": 0, "sweepSteps": 1 },
          "evaluate": { "benchmarks": ["debian-mmlu"], "shots": 0, "limit": 2, "bias": [], "speedRequests": 0 },
          "gate": { "allowLimit": true },
          "package": { "parityPrompts": 2 },
          "canary": { "steps": [50], "stepDuration": "00:00:01", "minRequests": 2, "maxLatencyRatio": 1000 }
        }
        """;

    // What three steps of a small model can meet.
    private const string MildGate =
        """{ "gate": { "maxDropPoints": 100, "failDropPoints": 100, "minTaskAccuracy": 0, "mustBeatBase": false } }""";

    private static readonly string[] Words =
        ["paper", "network", "toner", "driver", "tray", "scanner", "display", "power", "queue", "firmware", "cable"];
    private const string RealModel = "real-model-qlora";
    private const string Prefix = "raw/support-tickets/";

    public static TheoryData<string> Recipes =>
        [.. Directory.EnumerateFiles(Path.Combine(Repository.Root, "workflows", "recipes"), "*.json")
            .Select(Path.GetFileNameWithoutExtension).OfType<string>().Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Recipes))]
    public async Task Recipe_WithRealWork_EndsAsItPromises(string recipe)
    {
        await deployment.UpAsync();
        var input = Small(recipe);
        await (recipe == RealModel ? BringTicketsAsync() : Task.CompletedTask);
        var client = await RunSteps.ConnectAsync(deployment);
        var run = await RunSteps.StartAsync(client, input);
        var result = await RunSteps.FinishAsync(run, recipe == RealModel ? () => AskAsync(input.Package.Name) : null);
        var report = await run.QueryAsync(wf => wf.Report);
        TestContext.Current.TestOutputHelper?.WriteLine($"{recipe}: {result.Verdict}. {result.Reason}");
        switch (recipe)
        {
            case "harmful":
                result.Verdict.ShouldBe(Verdict.Rejected, result.Reason);
                report.Canary.ShouldBeEmpty();
                break;
            case "rank-ladder":
                report.TrainingAttempts.Select(attempt => attempt.Rank).ShouldBe([8, 16, 32, 64]);
                Promoted(result.Verdict, result.Reason, report, "waived", 2);
                break;
            case "review-and-sweep":
                report.Decisions.Count(decision => decision.Gate == "review").ShouldBe(1);
                Promoted(result.Verdict, result.Reason, report, "approved", 3);
                break;
            default:
                Promoted(result.Verdict, result.Reason, report, "approved", input.Approval.Required);
                break;
        }
    }

    private static void Promoted(Verdict verdict, string reason, RunReport report, string answer, int answers)
    {
        verdict.ShouldBe(Verdict.Promoted, reason);
        report.Decisions.Count(decision => decision.Verdict == answer).ShouldBe(answers);
    }

    private static FineTuneInput Small(string recipe)
    {
        // an object
        var document = JsonNode.Parse(
            File.ReadAllText(Path.Combine(Repository.Root, "workflows", "recipes", $"{recipe}.json")))!.AsObject();
        var rehearsal = document["dataset"]?["rehearsalRows"]?.GetValue<int>() ?? 8;
        Merge(document, JsonNode.Parse(Sizes)!.AsObject());
        document["dataset"]!["rehearsalRows"] = Math.Min(8, rehearsal); // the sizes have a dataset
        document["package"]!["name"] = recipe;
        if (recipe is not ("harmful" or "rank-ladder"))
        {
            Merge(document, JsonNode.Parse(MildGate)!.AsObject());
        }

        if (recipe == RealModel)
        {
            document["baseModel"] = Path.Combine(Repository.Root, "infra", "models", "bookworm-6m");
            document["data"]!["source"] = $"store:{Prefix}";
            document["preflight"]!["overrideBecause"] = "a small base";
            document["review"]!["waivedBecause"] = "synthetic rows";

            // The licence of the shipped base is of no known kind, which commercial use does not get past without a
            // reason.
            document["package"]!["licenceWaiver"] = "a test, nothing is sold";
        }

        // not null: an object
        return JsonSerializer.Deserialize<FineTuneInput>(document.ToJsonString(), PipelineJson.Options)!;
    }

    private static void Merge(JsonObject target, JsonObject changes)
    {
        foreach (var (name, value) in changes)
        {
            if (value is JsonObject inner && target[name] is JsonObject group)
            {
                Merge(group, inner);
            }
            else
            {
                target[name] = value?.DeepClone();
            }
        }
    }

    // Rows in one of the usual formats, where they would lie in the object store.
    private async Task BringTicketsAsync()
    {
        var rows = Enumerable.Range(1, 120).Select(number => JsonSerializer.Serialize(new
        {
            messages = new[]
            {
                new { role = "user",
                    content = $"My printer model {number * 37} shows error E{number:000} after update {number % 9}. "
                        + $"What should I do about {Words[number % Words.Length]}?" },
                new { role = "assistant",
                    content = $"Restart device {number * 37}, then reset {Words[(number * 7) % Words.Length]} and try "
                        + $"update {number % 9} again." },
            },
        }));
        var store = await StoreFactory.OpenAsync(
            new StoreSettings { Path = deployment.Folder("store") }, Repository.Root,
            TestContext.Current.CancellationToken);
        await store.PutAsync(
            $"{Prefix}tickets.jsonl", new MemoryStream(Encoding.UTF8.GetBytes(string.Join('\n', rows))),
            cancellation: TestContext.Current.CancellationToken);
    }

    // Real traffic: clients ask, the canary only watches.
    private async Task AskAsync(string model)
    {
        using var http = new HttpClient();
        for (var number = 0; number < 4; number++)
        {
            using var request =
                new HttpRequestMessage(HttpMethod.Post, new Uri($"{deployment.GatewayUrl}/v1/chat/completions"));
            // one sender stays on one arm, so these are many
            request.Headers.Add("X-Session-Id", Guid.NewGuid().ToString("N"));
            request.Content = new StringContent(
                JsonSerializer.Serialize(
                    new { model, max_tokens = 2, messages = new[] { new { role = "user", content = "hello" } } }),
                    Encoding.UTF8, "application/json");
            using var response = await http.SendAsync(request, TestContext.Current.CancellationToken);
        }
    }
}

[CollectionDefinition(nameof(SharedDeployment))]
public sealed class SharedDeploymentCollection : ICollectionFixture<SharedDeployment>;
