using Pipeline.Workflows.Training;
using Temporalio.Client;
using Temporalio.Worker;

namespace Pipeline.Workflows.Tests;

/// <summary>A pool with one device: one training at a time, the urgent ones first.</summary>
[Collection(nameof(EngineFixture))]
[Trait("Tier", "workflow")]
public sealed class DevicePoolTests(EngineFixture engines)
{
    [Theory]
    [MemberData(nameof(EngineFixture.All), MemberType = typeof(EngineFixture))]
    public async Task S0_08_FiveTrainingsOnOneDevice_RunOneByOneInOrderOfPriority(string engine)
    {
        var (now, most, order) = (0, 0, new List<long>());
        var fakes = new FakeActivities();
        fakes.Before = async (name, _) =>
        {
            if (name == "TrainAdapter")
            {
                most = Math.Max(most, Interlocked.Increment(ref now));
                await Task.Delay(200);
                Interlocked.Decrement(ref now);
            }
        };
        fakes.Train = input =>
        {
            order.Add(input.Train.Seed);
            return FakeActivities.Trained(input, 0.5);
        };
        var environment = await engines.StartAsync(engine);
        var queue = $"tq-{Guid.NewGuid():N}";
        using var workflows =
            new TemporalWorker(environment.Client, new TemporalWorkerOptions(queue).AddPipelineWorkflows());
        using var device = new TemporalWorker(
            environment.Client,
            new TemporalWorkerOptions(TaskQueues.GpuOf(queue)) { MaxConcurrentActivities = 1 }.AddAllActivities(fakes));
        await workflows.ExecuteAsync(async () =>
        {
            var started = new List<WorkflowHandle<TrainWorkflow, TrainResult>>();
            foreach (var priority in new[] { 5, 2, 4, 1, 3 })
            {
                var input = new TrainInput
                {
                    Dataset = FakeActivities.Ref("dataset"),
                    BaseModel = FakeActivities.Ref("base"),
                    Train = new() { Seed = priority },
                    Priority = priority,
                    Tenant = $"tenant-{priority % 2}",
                };
                started.Add(
                    await environment.Client.StartWorkflowAsync(
                        (TrainWorkflow wf) => wf.RunAsync(input), new($"train:{Guid.NewGuid():N}", queue)));
            }

            // The pool opens when all of them wait.
            await Task.Delay(1500);
            await device.ExecuteAsync(() => Task.WhenAll(started.Select(handle => handle.GetResultAsync())));
        });
        most.ShouldBe(1);
        order.ShouldBe([1, 2, 3, 4, 5]);
    }
}
