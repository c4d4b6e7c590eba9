using System.Reflection;
using System.Text.Json;
using Temporalio.Common;
using Temporalio.Worker;
using Temporalio.Workflows;

namespace Temporalio.Tests.Histories;

/// <summary>
/// Histories recorded from another language's worker replay in C# workflows that issue the same commands.
/// </summary>
public sealed class RecordedHistoriesTests
{
    public static TheoryData<string> Recorded => [.. Index().Select(entry => entry.Name)];

    [Theory]
    [MemberData(nameof(Recorded))]
    public async Task Replay_RecordedHistory_IsDeterministic(string name)
    {
        Fixtures.Require("histories/recorded");
        var (_, type, file, id) = Index().Single(entry => entry.Name == name);
        if (type == "raw")
        {
            Assert.Skip("hand-made history: its timer ids cannot come from a worker");
        }

        await ReplayAsync(file, id, WorkflowTypes());
    }

    [Fact]
    public async Task Replay_ChangedCode_IsNonDeterministic()
    {
        Fixtures.Require("histories/recorded");
        var (_, _, file, id) = Index().Single(entry => entry.Name == "activity-sequential");
        var failure = await Should.ThrowAsync<Exception>(() => ReplayAsync(file, id, [typeof(ChangedWorkflow)]));
        failure.Message.ShouldContain("Nondeterminism", Case.Insensitive);
    }

    [Fact]
    public void Recorded_EveryHistory_IsCompared()
    {
        Fixtures.Require("histories/recorded");
        Fixtures.Compared("histories", Index().Count(entry => entry.Type != "raw"));
    }

    private static IEnumerable<Type> WorkflowTypes() =>
        Assembly.GetExecutingAssembly().GetTypes()
            .Where(type => type.Namespace == typeof(RecordedWorkflows).Namespace
                && type.GetCustomAttribute<WorkflowAttribute>() is not null && type != typeof(ChangedWorkflow));

    private static async Task ReplayAsync(string file, string workflowId, IEnumerable<Type> types)
    {
        var options = new WorkflowReplayerOptions();
        foreach (var type in types)
        {
            options.AddWorkflow(type);
        }

        var history = WorkflowHistory.FromJson(workflowId, await File.ReadAllTextAsync(file));
        await new WorkflowReplayer(options).ReplayWorkflowAsync(history);
    }

    private static List<(string Name, string Type, string File, string Id)> Index()
    {
        var folder = Path.Combine(Fixtures.Root, "histories");
        var index = Path.Combine(folder, "recorded", "index.json");
        if (!File.Exists(index))
        {
            return [("absent", "absent", "", "")];
        }

        using var document = JsonDocument.Parse(File.ReadAllText(index));
        return [.. document.RootElement.EnumerateArray().Select(entry =>
        {
            var file = entry.GetProperty("file").GetString() ?? "";
            return (Path.GetFileNameWithoutExtension(file), entry.GetProperty("workflowType").GetString()
                ?? "", Path.Combine(folder, file),
                entry.GetProperty("workflowId").GetString() ?? "");
        })];
    }

    /// <summary>A timer where the recording has an activity.</summary>
    [Workflow("sequentialActivities")]
    public sealed class ChangedWorkflow
    {
        [WorkflowRun]
        public Task RunAsync(int count) => Workflow.DelayAsync(TimeSpan.FromSeconds(count));
    }
}
