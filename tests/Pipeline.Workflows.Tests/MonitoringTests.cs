using Pipeline.Workflows.Contracts;
using Pipeline.Workflows.FineTuning;
using Pipeline.Workflows.Monitoring;
using Temporalio.Client;
using Temporalio.Client.Schedules;

namespace Pipeline.Workflows.Tests;

/// <summary>What serves is evaluated and judged again by schedules of the engine.</summary>
[Collection(nameof(EngineFixture))]
[Trait("Tier", "workflow")]
public sealed class MonitoringTests(EngineFixture engines)
{
    [Theory]
    [MemberData(nameof(EngineFixture.All), MemberType = typeof(EngineFixture))]
    public async Task S2_37_ScheduledReevaluation_FindsDriftAndOpensARetrain(string engine)
    {
        var fakes = new FakeActivities
        {
            Drift = input => new(input.Now.Metrics.Count > 0, "task 90.0 % → 80.0 %", "serving/x/1/drift/1.json"),
        };
        await using var pipeline = TestPipeline.Start(await engines.StartAsync(engine), fakes);
        var input = new ReevaluateInput { Retrain = TestPipeline.Quick };
        var id = $"reevaluate:{Guid.NewGuid():N}";
        var result = await ScheduledAsync<ReevaluateResult>(
            pipeline,
            ScheduleActionStartWorkflow.Create((ReevaluateWorkflow wf) => wf.RunAsync(input), new(id, pipeline.Queue)),
            id);

        result.Drift.Drifted.ShouldBeTrue();
        fakes.Count("EvaluateShard").ShouldBe(3, "every shard is asked again");
        var run = pipeline.Client.GetWorkflowHandle<FineTuneWorkflow, FineTuneResult>(result.Run);
        await TestPipeline.ApproveAsync(run);
        (await run.GetResultAsync()).Verdict.ShouldBe(Verdict.Promoted);
    }

    [Theory]
    [InlineData(8.5, 20, false)]
    [InlineData(4, 20, true)]
    [InlineData(double.NaN, 0, true)]
    public async Task S2_34_ScheduledJudge_RaisesTheAlarmBelowTheBoundOrWithoutMarks(
        double mean, int readable, bool alarm)
    {
        var fakes = new FakeActivities
        {
            Judge = input => new("judge", mean, readable, input.Answers - readable, 0.9, "serving/x/1/judge/1.json"),
        };
        await using var pipeline = TestPipeline.Start(await engines.StartAsync("embedded"), fakes);
        var input = new JudgeInput { MinMark = 6 };
        var id = $"judge:{Guid.NewGuid():N}";
        var result = await ScheduledAsync<JudgeSamplingResult>(
            pipeline,
            ScheduleActionStartWorkflow.Create((JudgeWorkflow wf) => wf.RunAsync(input), new(id, pipeline.Queue)), id);
        result.Alarm.ShouldBe(alarm);
        result.Run.ShouldBeEmpty();
    }

    // The schedule would act once a day; here it is told to act now.
    private static async Task<T> ScheduledAsync<T>(TestPipeline pipeline, ScheduleActionStartWorkflow action, string id)
    {
        var schedule = await pipeline.Client.CreateScheduleAsync(
            id, new Schedule(
                action, new ScheduleSpec { Intervals = [new ScheduleIntervalSpec(TimeSpan.FromDays(1))] }));
        await schedule.TriggerAsync();
        while (true)
        {
            if ((await schedule.DescribeAsync()).Info.RecentActions.FirstOrDefault()?.Action
                is ScheduleActionExecutionStartWorkflow started)
            {
                await schedule.DeleteAsync();
                return await pipeline.Client.GetWorkflowHandle(started.WorkflowId, started.FirstExecutionRunId)
                    .GetResultAsync<T>();
            }

            await Task.Delay(100, TestContext.Current.CancellationToken);
        }
    }
}
