using System.IO.Compression;
using Pipeline.Workflows.Contracts;
using Pipeline.Workflows.FineTuning;
using Temporalio.Client;
using Temporalio.Common;
using Temporalio.Worker;

namespace Pipeline.Workflows.Tests;

/// <summary>
/// P-08: what was recorded with an earlier release replays with the code of today; a change that does not needs a
/// patch.
/// </summary>
/// <remarks>
/// PIPELINE_RECORD_HISTORIES=FOLDER records new ones with this code; a release commits them under a folder of its own.
/// </remarks>
[Collection(nameof(EngineFixture))]
[Trait("Tier", "workflow")]
public sealed class ReleasedHistoriesTests(EngineFixture engines)
{
    private static string Folder => Path.Combine(Repository.Root, "tests", "Pipeline.Workflows.Tests", "Histories");

    public static TheoryData<string> Recorded =>
        [.. Directory.EnumerateFiles(Folder, "*.json.gz", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(Folder, path)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Recorded))]
    public async Task P08_RecordedHistory_Replays(string file)
    {
        await using var packed = new GZipStream(File.OpenRead(Path.Combine(Folder, file)), CompressionMode.Decompress);
        using var reader = new StreamReader(packed);
        var text = await reader.ReadToEndAsync(TestContext.Current.CancellationToken);

        // Ids of children are made from the id of their parent, so the recorded one is needed.
        var id = WorkflowHistory.FromJson("", text).Events.First().WorkflowExecutionStartedEventAttributes.WorkflowId;
        var history = WorkflowHistory.FromJson(id, text);
        var options = new WorkflowReplayerOptions { DataConverter = Json.PipelineJson.Converter() };
        PipelineWorkflows.All.ToList().ForEach(workflow => options.AddWorkflow(workflow));
        await new WorkflowReplayer(options).ReplayWorkflowAsync(history);
    }

    [Fact]
    public async Task Record_RunThatIsParkedRetriedAndPromoted_WithItsChildren()
    {
        var target = Environment.GetEnvironmentVariable("PIPELINE_RECORD_HISTORIES") ?? "";
        Assert.SkipUnless(target.Length > 0, "PIPELINE_RECORD_HISTORIES=FOLDER records the histories of a release");
        var fakes = new FakeActivities
        {
            Before = (name, call) => name == "Dedup" && call == 1
                ? throw FakeActivities.Failure(ErrorTypes.BadData) : Task.CompletedTask,
        };
        await using var pipeline = TestPipeline.Start(await engines.StartAsync("real"), fakes);
        var handle = await pipeline.RunAsync(TestPipeline.Quick);
        await TestPipeline.ParkedAsync(handle);
        await handle.ExecuteUpdateAsync(wf => wf.RetryStageAsync(new RetryStageInput { By = "ada" }));
        await handle.SignalAsync(wf => wf.TrainingProgressAsync(new TrainingProgress(1, 10, 2, 1000)));
        await TestPipeline.ApproveAsync(handle);
        (await handle.GetResultAsync()).Verdict.ShouldBe(Verdict.Promoted);
        await WriteAsync(pipeline.Client, target, "fine-tune", handle.Id);
        foreach (var child in (await handle.FetchHistoryAsync()).Events.Select(
            e => e.ChildWorkflowExecutionStartedEventAttributes?.WorkflowExecution.WorkflowId).OfType<string>())
        {
            await WriteAsync(pipeline.Client, target, child[(child.LastIndexOf('/') + 1)..], child);
        }
    }

    private static async Task WriteAsync(ITemporalClient client, string folder, string name, string id)
    {
        Directory.CreateDirectory(folder);
        await using var packed =
            new GZipStream(File.Create(Path.Combine(folder, $"{name}.json.gz")), CompressionLevel.SmallestSize);
        await using var writer = new StreamWriter(packed);
        await writer.WriteAsync((await client.GetWorkflowHandle(id).FetchHistoryAsync()).ToJson());
    }
}
