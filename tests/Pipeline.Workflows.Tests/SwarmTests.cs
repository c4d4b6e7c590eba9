using Pipeline.Workflows.Approvals;
using Pipeline.Workflows.Contracts;
using Pipeline.Workflows.FineTuning;
using Pipeline.Workflows.Inputs;
using Temporalio.Client;
using Temporalio.Exceptions;

namespace Pipeline.Workflows.Tests;

/// <summary>Many small runs with faults at random places; a failure prints its seed.</summary>
[Collection(nameof(EngineFixture))]
[Trait("Tier", "workflow")]
public sealed class SwarmTests(EngineFixture engines)
{
    private const int Together = 10;

    private static int Runs => int.TryParse(Environment.GetEnvironmentVariable("PIPELINE_SWARM"), out var runs)
        ? runs : 50;

    [Fact]
    public async Task Swarm_RandomFaults_EveryRunEndsWithTheSameArtefacts()
    {
        var environment = await engines.StartAsync("embedded");
        var (faults, ended) = (0, 0);
        await Parallel.ForEachAsync(
            Enumerable.Range(1, Runs),
            new ParallelOptions
            {
                MaxDegreeOfParallelism = Together,
                CancellationToken = TestContext.Current.CancellationToken
            }, async (seed, _) =>
        {
            var swarm = new Faults(seed);
            await using var pipeline = TestPipeline.Start(environment, swarm.Activities);
            try
            {
                await FollowAsync(pipeline, swarm);
            }
            catch (Exception exception)
            {
                throw new InvalidOperationException(
                    $"seed {seed} with {string.Join(", ", swarm.Fired)}: {exception.Message}", exception);
            }

            Interlocked.Add(ref faults, swarm.Fired.Count);
            Interlocked.Increment(ref ended);
        });
        TestContext.Current.TestOutputHelper?.WriteLine($"{ended} runs, {faults} faults");
        ended.ShouldBe(Runs);
        faults.ShouldBeGreaterThan(Runs);
    }

    // Parked stages are retried, what is awaited is approved, and everything may happen again after a fault.
    private static async Task FollowAsync(TestPipeline pipeline, Faults swarm)
    {
        var handle = await pipeline.RunAsync(TestPipeline.Quick);
        while ((await handle.DescribeAsync()).Status == Temporalio.Api.Enums.V1.WorkflowExecutionStatus.Running)
        {
            try
            {
                if ((await handle.QueryAsync(wf => wf.Status)).Any(stage => stage.State == StageState.Parked))
                {
                    await handle.ExecuteUpdateAsync(wf => wf.RetryStageAsync(new RetryStageInput { By = "ada" }));
                }

                if (await handle.QueryAsync(wf => wf.Awaited) is { } open)
                {
                    await handle.ExecuteUpdateAsync(
                        wf => wf.ApproveAsync(new DecisionInput { By = "ada", Digest = open.Digest }));
                }
            }
            catch (Exception exception)
                when (exception is WorkflowUpdateFailedException or WorkflowQueryFailedException or RpcException)
            {
                // It went on meanwhile.
            }

            await Task.Delay(100, TestContext.Current.CancellationToken);
        }

        var (result, fakes) = (await handle.GetResultAsync(), swarm.Activities);
        result.Verdict.ShouldBe(Verdict.Promoted, result.Reason);
        result.Adapter.ShouldBe(
            FakeActivities.Trained(
                new()
                {
                    Dataset = FakeActivities.Ref("d"),
                    BaseModel = FakeActivities.Ref("b"),
                    Train = new TrainOptions()
                }, 0.5).Adapter);
        result.Dataset.ShouldBe(FakeActivities.Ref("dataset"));
        fakes.Traffic.ShouldBe(new TrafficState { Route = "debian-sections", StableVersion = 1 });
        fakes.Alias.ShouldBe(1);
        fakes.AliasMoves.Select(move => move.OperationId).Distinct().Count().ShouldBe(1);
    }

    /// <summary>
    /// Faults of one seed: an activity is lost (and tried again), fails for good (and parks), or is late.
    /// </summary>
    private sealed class Faults
    {
        private readonly Random _random;
        private readonly Lock _lock = new();

        public Faults(int seed)
        {
            _random = new Random(seed);
            Activities = new FakeActivities { Before = (name, _) => HurtAsync(name) };
        }

        public FakeActivities Activities { get; }

        public List<string> Fired { get; } = [];

        private Task HurtAsync(string name)
        {
            lock (_lock)
            {
                var draw = _random.Next(1000);
                var fault = draw switch
                {
                    < 30 => "lost",
                    < 50
                    when name is not ("SetTraffic" or "RetireVersion") => "failed",
                    < 90 => "late",
                    _ => ""
                };
                if (fault.Length > 0)
                {
                    Fired.Add($"{name} {fault}");
                }

                return fault switch
                {
                    "lost" => throw new IOException("the connection is gone"),
                    "failed" => throw FakeActivities.Failure(ErrorTypes.BadData),
                    "late" => Task.Delay(_random.Next(50, 300)),
                    _ => Task.CompletedTask,
                };
            }
        }
    }
}
