using Google.Protobuf.WellKnownTypes;
using Pipeline.Workflows.Training;
using Temporalio.Activities;
using Temporalio.Api.Activity.V1;
using Temporalio.Api.Workflow.V1;
using Temporalio.Api.WorkflowService.V1;
using Temporalio.Client;
using Temporalio.Worker;

namespace Pipeline.Workflows.Tests;

/// <summary>
/// A pool with one device: one training at a time, the urgent ones first, tenants in turn; what waits or runs can be
/// moved and paused from outside.
/// </summary>
[Collection(nameof(EngineFixture))]
[Trait("Tier", "workflow")]
public sealed class DevicePoolTests(EngineFixture engines)
{
    private const string Training = "TrainAdapter";
    private readonly List<long> _order = [];
    private int _now;
    private int _most;

    [Theory]
    [MemberData(nameof(EngineFixture.All), MemberType = typeof(EngineFixture))]
    public async Task S0_08_FiveTrainingsOnOneDevice_RunOneByOneInOrderOfPriority(string engine)
    {
        await TrainAsync(engine, [.. new[] { 5, 2, 4, 1, 3 }.Select(priority => Input(priority, priority))]);
        _most.ShouldBe(1);
        _order.ShouldBe([1, 2, 3, 4, 5]);
    }

    // The first tenant was there first, with more.
    [Theory]
    [MemberData(nameof(EngineFixture.All), MemberType = typeof(EngineFixture))]
    public async Task S0_08_TrainingsOfOnePriority_TakeTurnsByTenant(string engine)
    {
        await TrainAsync(
            engine, [Input(11, 3, "a"), Input(12, 3, "a"), Input(13, 3, "a"), Input(21, 3, "b"), Input(22, 3, "b"),
                Input(9, 1, "a")]);
        _most.ShouldBe(1);
        _order[0].ShouldBe(9, "priority comes before fairness");
        _order.Skip(1).Take(4).Select(seed => seed / 10).Chunk(2).ShouldAllBe(pair => pair.Distinct().Count() == 2);
        _order[^1].ShouldBe(13);
    }

    [Theory]
    [MemberData(nameof(EngineFixture.All), MemberType = typeof(EngineFixture))]
    public async Task S0_08_PriorityOfAWaitingTraining_Raised_ComesFirst(string engine)
    {
        await TrainAsync(
            engine, [Input(1, 2), Input(2, 3), Input(3, 4)],
            async (client, runs) =>
            {
                var changed = await client.WorkflowService.UpdateActivityOptionsAsync(new UpdateActivityOptionsRequest
                {
                    Namespace = client.Options.Namespace,
                    Execution = new() { WorkflowId = runs[2].Id },
                    Type = Training,
                    ActivityOptions = new ActivityOptions { Priority = new() { PriorityKey = 1 } },
                    UpdateMask = new FieldMask { Paths = { "priority.priority_key" } },
                });
                Assert.SkipUnless(
                    changed.ActivityOptions.Priority?.PriorityKey == 1,
                    "this server answers, but leaves the priority of a waiting activity as it is");
            });
        _order.ShouldBe([3, 1, 2]);
    }

    [Theory]
    [MemberData(nameof(EngineFixture.All), MemberType = typeof(EngineFixture))]
    public async Task S0_08_TrainingPaused_FreesTheDeviceAndGoesOnWhenItMay(string engine)
    {
        var (fakes, attempts) = (new FakeActivities(), 0);
        fakes.Before = async (name, _) =>
        {
            if (name != Training || fakes.Trainings.Last().Train.Seed != 1 || Interlocked.Increment(ref attempts) > 1)
            {
                return;
            }

            // As a real one: it works until it is asked to stop, and then writes a checkpoint and leaves.
            var context = ActivityExecutionContext.Current;
            while (true)
            {
                context.Heartbeat(attempts);
                await Task.Delay(100, context.CancellationToken);
            }
        };
        await TrainAsync(engine, fakes, [Input(1, 1), Input(2, 2)], null, async (client, runs) =>
        {
            await UntilAsync(() => attempts == 1);
            await client.WorkflowService.PauseActivityAsync(new PauseActivityRequest
            {
                Namespace = client.Options.Namespace,
                Execution = new() { WorkflowId = runs[0].Id },
                Type = Training,
                Reason = "another job first",
            });
            (await runs[1].GetResultAsync()).Training.Adapter.ShouldBe(
                FakeActivities.Trained(fakes.Trainings.Last(), 0.5).Adapter);
            var pending = (await PendingAsync(client, runs[0])).Single();
            (pending.Paused, attempts).ShouldBe((true, 1));
            await client.WorkflowService.UnpauseActivityAsync(new UnpauseActivityRequest
            {
                Namespace = client.Options.Namespace,
                Execution = new() { WorkflowId = runs[0].Id },
                Type = Training,
            });
        });
        attempts.ShouldBe(2);
        fakes.Trainings.Select(training => training.Train.Seed).ShouldBe([1, 2, 1]);
    }

    private static TrainInput Input(int seed, int priority, string tenant = "") => new()
    {
        Dataset = FakeActivities.Ref("dataset"),
        BaseModel = FakeActivities.Ref("base"),
        Train = new() { Seed = seed },
        Priority = priority,
        Tenant = tenant,
    };

    private Task TrainAsync(
        string engine, TrainInput[] inputs,
        Func<ITemporalClient, List<WorkflowHandle<TrainWorkflow, TrainResult>>, Task>? whileAllWait = null)
    {
        var fakes = new FakeActivities();
        fakes.Before = async (name, _) =>
        {
            if (name == Training)
            {
                _most = Math.Max(_most, Interlocked.Increment(ref _now));
                await Task.Delay(200);
                Interlocked.Decrement(ref _now);
            }
        };
        fakes.Train = input =>
        {
            _order.Add(input.Train.Seed);
            return FakeActivities.Trained(input, 0.5);
        };
        return TrainAsync(engine, fakes, inputs, whileAllWait, null);
    }

    private async Task TrainAsync(
        string engine, FakeActivities fakes, TrainInput[] inputs,
        Func<ITemporalClient, List<WorkflowHandle<TrainWorkflow, TrainResult>>, Task>? whileAllWait,
        Func<ITemporalClient, List<WorkflowHandle<TrainWorkflow, TrainResult>>, Task>? meanwhile)
    {
        var client = (await engines.StartAsync(engine)).Client;
        var queue = $"tq-{Guid.NewGuid():N}";
        using var workflows = new TemporalWorker(client, new TemporalWorkerOptions(queue).AddPipelineWorkflows());
        using var device = new TemporalWorker(
            client,
            new TemporalWorkerOptions(TaskQueues.GpuOf(queue))
            {
                MaxConcurrentActivities = 1,
                MaxHeartbeatThrottleInterval = TimeSpan.FromMilliseconds(200),
            }.AddAllActivities(fakes));
        await workflows.ExecuteAsync(async () =>
        {
            var runs = new List<WorkflowHandle<TrainWorkflow, TrainResult>>();
            foreach (var input in inputs)
            {
                runs.Add(
                    await client.StartWorkflowAsync(
                        (TrainWorkflow wf) => wf.RunAsync(input), new($"train:{Guid.NewGuid():N}", queue)));
                await UntilWaitingAsync(client, runs[^1]);
            }

            await (whileAllWait?.Invoke(client, runs) ?? Task.CompletedTask);

            // The pool opens when all of them wait.
            await device.ExecuteAsync(async () =>
            {
                await (meanwhile?.Invoke(client, runs) ?? Task.CompletedTask);
                await Task.WhenAll(runs.Select(handle => handle.GetResultAsync()));
            });
        });
    }

    private static async Task<IReadOnlyList<PendingActivityInfo>> PendingAsync(
        ITemporalClient client, WorkflowHandle run) =>
        (await client.WorkflowService.DescribeWorkflowExecutionAsync(new DescribeWorkflowExecutionRequest
        {
            Namespace = client.Options.Namespace,
            Execution = new() { WorkflowId = run.Id },
        })).PendingActivities;

    private static async Task UntilWaitingAsync(ITemporalClient client, WorkflowHandle run)
    {
        while ((await PendingAsync(client, run)).Count == 0)
        {
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        while (!condition())
        {
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }
}
