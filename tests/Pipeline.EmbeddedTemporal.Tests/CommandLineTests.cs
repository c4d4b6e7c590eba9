using System.Text.RegularExpressions;
using Temporalio.Activities;
using Temporalio.Client;
using Temporalio.Common;
using Temporalio.Worker;
using Temporalio.Workflows;

namespace Pipeline.EmbeddedTemporal.Tests;

/// <summary>
/// The official <c>temporal</c> executable works against the embedded server: every verb of <c>cli-commands.txt</c>, in
/// order.
/// </summary>
[Trait("Tier", "e2e")]
public sealed partial class CommandLineTests
{
    private static readonly string Commands =
        Path.Combine(Repository.Root, "tests", "Pipeline.EmbeddedTemporal.Tests", "cli-commands.txt");

    [Fact]
    public async Task Commands_OfTheOfficialExecutable_AllSucceed()
    {
        var program = Fixtures.RequireTool("TEMPORAL_CLI");
        await using var engine = await EngineProcess.StartAsync(Engines.Embedded);
        var client = await TemporalClient.ConnectAsync(new(engine.Address));
        using var plain = new TemporalWorker(
            client, Register(new TemporalWorkerOptions("cli") { WorkflowStackTrace = WorkflowStackTrace.Normal }));
        using var one = new TemporalWorker(client, Register(Versioned("one")));
        using var two = new TemporalWorker(client, Register(Versioned("two")));
        await plain.ExecuteAsync(() => one.ExecuteAsync(() => two.ExecuteAsync(async () =>
        {
            var job = "";
            var count = 0;
            foreach (var line in (await File.ReadAllLinesAsync(Commands)).Where(l => l.Length > 0 && l[0] != '#'))
            {
                if (line.Contains("{job}", StringComparison.Ordinal) && job.Length == 0)
                    job = await NewestJobAsync(program, engine.Address);
                var parts = line.Replace("{job}", job, StringComparison.Ordinal).Split(" => ", 2);
                await SucceedsAsync(program, parts[0], parts[1], engine.Address);
                count++;
            }

            TestContext.Current.TestOutputHelper?.WriteLine($"{count} commands");
        })));
    }

    // Lists and workers follow a command within moments.
    private static async Task SucceedsAsync(string program, string command, string expected, string address)
    {
        var arguments = Words().Matches(command).Select(m => m.Value.Trim('`')).Append("--address").Append(address)
            .ToList();
        for (var attempt = 0; ; attempt++)
        {
            var (code, output) = await Programs.RunAsync(program, arguments);
            if (code == 0 && output.Contains(expected, StringComparison.Ordinal)) return;
            if (attempt >= 20) Assert.Fail($"temporal {command}: exit code {code}, no '{expected}' in\n{output}");
            if (code != 0 && !IsRead(command)) Assert.Fail($"temporal {command}: exit code {code}\n{output}");
            await Task.Delay(250);
        }
    }

    // What only reads may be asked again; what acts must succeed at once, except that an activity has to be scheduled
    // first.
    private static bool IsRead(string command) => Reading().IsMatch(command);

    private static async Task<string> NewestJobAsync(string program, string address)
    {
        var (_, output) = await Programs.RunAsync(program, ["batch", "list", "-o", "json", "--address", address]);
        return Job().Match(output).Groups[1].Value;
    }

    private static TemporalWorkerOptions Versioned(string build) => new("versioned")
    {
        DeploymentOptions = new(new("trainer", build), useWorkerVersioning: true)
        {
            DefaultVersioningBehavior = VersioningBehavior.Pinned,
        },
    };

    private static TemporalWorkerOptions Register(TemporalWorkerOptions options) =>
        options.AddWorkflow<Echo>().AddWorkflow<Messages>().AddWorkflow<Later>().AddActivity(Later.CompleteLater);

    [GeneratedRegex("`[^`]*`|\\S+", RegexOptions.None, 1000)]
    private static partial Regex Words();

    [GeneratedRegex("\"jobId\": \"([^\"]+)\"", RegexOptions.None, 1000)]
    private static partial Regex Job();

    [GeneratedRegex("^(activity|workflow (query|stack|metadata|update-options)|worker deployment) "
        + "|list|describe|count|show", RegexOptions.None, 1000)]
    private static partial Regex Reading();

    [Workflow]
    public sealed class Echo
    {
        [WorkflowRun]
        public Task<string> RunAsync(string text) => Task.FromResult(text);
    }

    [Workflow]
    public sealed class Messages
    {
        private int _raised = 1;

        [WorkflowQuery]
        public int Sum { get; private set; }

        [WorkflowRun]
        public Task RunAsync(int wanted) => Workflow.WaitConditionAsync(() => Sum >= wanted);

        [WorkflowSignal]
        public Task AddAsync(int number)
        {
            Sum += number;
            return Task.CompletedTask;
        }

        [WorkflowUpdate]
        public Task<int> RaiseAsync(int by) => Task.FromResult(_raised += by);
    }

    [Workflow]
    public sealed class Later
    {
        [Activity]
        public static string CompleteLater() => throw new CompleteAsyncException();

        [WorkflowRun]
        public Task<string> RunAsync() =>
            Workflow.ExecuteActivityAsync(
                () => CompleteLater(), new()
                {
                    StartToCloseTimeout = TimeSpan.FromMinutes(1),
                    RetryPolicy = new() { MaximumAttempts = 1 },
                });
    }
}
