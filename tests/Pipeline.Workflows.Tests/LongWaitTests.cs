using Pipeline.Workflows.Approvals;
using Pipeline.Workflows.Contracts;
using Pipeline.Workflows.Deployment;
using Pipeline.Workflows.Triggers;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.OperatorService.V1;
using Temporalio.Client;
using Temporalio.Testing;

namespace Pipeline.Workflows.Tests;

/// <summary>What takes weeks for people takes moments here: the engine skips the time.</summary>
[Trait("Tier", "workflow")]
public sealed class LongWaitTests : IAsyncLifetime
{
    private WorkflowEnvironment _environment = null!; // set before every test

    public async ValueTask InitializeAsync()
    {
        _environment = await StartAsync(tries: 4);
        var request = new AddSearchAttributesRequest { Namespace = _environment.Client.Options.Namespace };
        SearchAttributes.All.ToList()
            .ForEach(attribute => request.SearchAttributes.Add(attribute.Name, IndexedValueType.Keyword));
        await _environment.Client.OperatorService.AddSearchAttributesAsync(request);
    }

    // The client waits five seconds for the server to listen, which a busy machine may need more than once.
    private static async Task<WorkflowEnvironment> StartAsync(int tries)
    {
        try
        {
            return await WorkflowEnvironment.StartTimeSkippingAsync(new()
            {
                TestServer = new()
                {
                    ExistingPath = Path.Combine(Repository.Root, "infra", "embedded-temporal", "temporal"),
                },
                DataConverter = Json.PipelineJson.Converter(),
            });
        }
        catch (InvalidOperationException) when (tries > 1)
        {
            return await StartAsync(tries - 1);
        }
    }

    public ValueTask DisposeAsync() => _environment.DisposeAsync();

    [Fact]
    public async Task Approval_After30Days_StillPromotes()
    {
        await using var pipeline = TestPipeline.Start(_environment);
        var handle = await pipeline.RunAsync(
            TestPipeline.Quick with
            {
                Approval = new()
                {
                    EscalateAfter = TimeSpan.FromDays(10),
                    RejectAfter = TimeSpan.FromDays(60),
                    EvidenceValidFor = TimeSpan.FromDays(45)
                }
            });
        var open = await TestPipeline.AwaitedAsync(handle, ApprovalRequest.Promotion);
        var calls = pipeline.Fakes.Calls.Count;
        await _environment.DelayAsync(TimeSpan.FromDays(30));
        pipeline.Fakes.Calls.Count.ShouldBe(calls, "waiting holds no worker");
        await handle.ExecuteUpdateAsync(wf => wf.ApproveAsync(new DecisionInput { By = "ada", Digest = open.Digest }));
        var result = await handle.GetResultAsync();
        result.Verdict.ShouldBe(Verdict.Promoted);
        var decision = (await handle.QueryAsync(wf => wf.Report)).Decisions.Single(one => one.Verdict == "approved");
        (decision.At - open.Opened).TotalDays.ShouldBeGreaterThan(30);
    }

    [Fact]
    public async Task Canary_OfHours_WatchesEveryShareForItsTime()
    {
        await using var pipeline = TestPipeline.Start(_environment);
        var input = new CanaryInput
        {
            Route = "debian-sections",
            Version = new("debian-sections", 1, "digest"),
            Adapter = FakeActivities.Ref("adapter"),
            Canary = new() { Steps = [5, 25, 50], StepDuration = TimeSpan.FromHours(4), GenerateTraffic = false },
        };
        var result = await pipeline.Client.ExecuteWorkflowAsync(
            (CanaryWorkflow wf) => wf.RunAsync(input), new($"canary:{Guid.NewGuid():N}", pipeline.Queue));
        result.Passed.ShouldBeTrue(result.Reason);
        (result.Steps[^1].At - result.Steps[0].At).TotalHours.ShouldBeInRange(7.9, 8.5);
    }

    [Fact]
    public async Task P02_Trigger_DebouncesForAnHourAndCoolsDownForADay()
    {
        var measured = 0;
        var fakes = new FakeActivities
        {
            Gate = _ => FakeActivities.Decision(GateVerdict.Fail),
            Measure = _ => new(5, 100, $"marker-{++measured}"),
        };
        await using var pipeline = TestPipeline.Start(_environment, fakes);
        var watch = new TriggerInput
        {
            Prefix = "raw/x",
            Debounce = TimeSpan.FromHours(1),
            CoolDown = TimeSpan.FromDays(1),
            Run = TestPipeline.Quick,
        };
        var handle = await pipeline.Client.StartWorkflowAsync(
            (RetrainTriggerWorkflow wf) => wf.RunAsync(watch),
            new(WorkflowIds.Trigger(Guid.NewGuid().ToString("N")), pipeline.Queue));
        for (var news = 0; news < 100; news++)
        {
            var one = new DataNews($"{news}");
            await handle.SignalAsync(wf => wf.NewDataAsync(one));
        }

        await _environment.DelayAsync(TimeSpan.FromMinutes(30));
        (await handle.QueryAsync(wf => wf.Decisions)).ShouldBeEmpty("news has not settled");
        await _environment.DelayAsync(TimeSpan.FromHours(2));
        (await handle.QueryAsync(wf => wf.Decisions)).Count(decision => decision.Started).ShouldBe(1);
        await handle.SignalAsync(wf => wf.NewDataAsync(new DataNews("later")));
        await _environment.DelayAsync(TimeSpan.FromHours(3));
        (await handle.QueryAsync(wf => wf.Decisions))[^1].Text.ShouldContain("not now, because cool-down");
        await _environment.DelayAsync(TimeSpan.FromDays(1));
        (await handle.QueryAsync(wf => wf.Decisions)).Count(decision => decision.Started).ShouldBe(2);
        await handle.TerminateAsync();
    }
}
