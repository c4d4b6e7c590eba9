using Pipeline.Llm.Training.Checkpointing;
using Pipeline.Registry.Storage;
using Pipeline.Workflows.Contracts;
using Temporalio.Activities;

namespace Pipeline.Activities.Tests;

/// <summary>Trainings that move between hosts.</summary>
[Trait("Tier", "e2e")]
public sealed class TrainingActivitiesTests(TinyDataset tiny) : IClassFixture<TinyDataset>
{
    private TrainAdapterInput Order => new()
    {
        Dataset = tiny.Dataset,
        BaseModel = tiny.BaseModel,
        Train = Host.Training,
    };

    [Fact]
    public async Task P09_S0_40_WorkerThatIsStopped_YieldsAndAnotherHostEndsWithTheSameBits()
    {
        var whole = await Host.Attempt(1)
            .RunAsync(() => new Host(tiny.Copy(), tiny.NewHost()).Trainer.TrainAdapterAsync(Order));
        var store = tiny.Copy();
        var first = Host.Attempt(1);
        var running = first.RunAsync(() => new Host(store, tiny.NewHost()).Trainer.TrainAdapterAsync(Order));
        while ((await CheckpointsAsync(store)).Count == 0 && !running.IsCompleted)
        {
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }

        first.Cancel(ActivityCancelReason.WorkerShutdown);
        await Should.ThrowAsync<OperationCanceledException>(() => running);
        (await CheckpointsAsync(store)).ShouldNotBeEmpty("what another host goes on from");

        var second = await Host.Attempt(2)
            .RunAsync(() => new Host(store, tiny.NewHost()).Trainer.TrainAdapterAsync(Order));
        second.ResumedAt.ShouldBeGreaterThan(0);
        second.Adapter.ShouldBe(whole.Adapter);
        second.Curve.ShouldBe(whole.Curve);
        (await CheckpointsAsync(store)).ShouldBeEmpty("the adapter is committed");
    }

    [Fact]
    public async Task F11_LocalCopyOfTheDataSetIsDamaged_EndsWithTheSameBits()
    {
        var whole = await Host.Attempt(1)
            .RunAsync(() => new Host(tiny.Copy(), tiny.NewHost()).Trainer.TrainAdapterAsync(Order));
        var (store, folder) = (tiny.Copy(), tiny.NewHost());
        var copy = await new Host(store, folder).Artifacts.OpenAsync(
            tiny.Dataset, TestContext.Current.CancellationToken);
        var largest = new DirectoryInfo(copy).GetFiles().MaxBy(file => file.Length)!.FullName; // it has files
        var bytes = await File.ReadAllBytesAsync(largest, TestContext.Current.CancellationToken);
        bytes[^9] ^= 1;
        await File.WriteAllBytesAsync(largest, bytes, TestContext.Current.CancellationToken);

        var trained = await Host.Attempt(1)
            .RunAsync(() => new Host(store, folder).Trainer.TrainAdapterAsync(Order));
        trained.Adapter.ShouldBe(whole.Adapter);
        trained.Curve.ShouldBe(whole.Curve);
        Directory.GetDirectories(Path.Combine(folder, "cache", "quarantine")).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task S1_16_B33_DataSetThatIsNotApartFromTheBenchmarksAsTheyAreNow_IsNotTrainedOn()
    {
        var host = new Host(tiny.Copy(), tiny.NewHost());
        Task<TrainAdapterResult> Train(params string[] benchmarks) => Host.Attempt(1).RunAsync(
            () => host.Trainer.TrainAdapterAsync(Order with { Benchmarks = benchmarks }));
        (await Train(tiny.Benchmark)).Steps.ShouldBe(Host.Training.MaxSteps);

        // Another gate set, and a question more in the old one, ask for another proof, finished training or not.
        (await Should.ThrowAsync<InvalidDataException>(() => Train(tiny.Benchmark, "debian-mmlu")))
            .Message.ShouldContain("not decontaminated against debian-mmlu as configured now");
        var test = Path.Combine(tiny.Benchmark, "test.jsonl");
        var before = await File.ReadAllTextAsync(test, TestContext.Current.CancellationToken);
        await File.AppendAllTextAsync(
            test, "{\"question\":\"one more\",\"choices\":[\"a\",\"b\"],\"answer\":1}\n",
            TestContext.Current.CancellationToken);
        (await Should.ThrowAsync<InvalidDataException>(() => Train(tiny.Benchmark)))
            .Message.ShouldContain("run decontamination again");
        await File.WriteAllTextAsync(test, before, TestContext.Current.CancellationToken);

        // Rows that never met the stage have no proof at all.
        var order = new BuildDatasetInput
        {
            Rows = tiny.RawRows,
            HeldOut = tiny.RawRows,
            BaseModel = tiny.BaseModel,
            Dataset = new() { MaxTrainRows = 16, RehearsalRows = 0, TestRows = 4 },
        };
        var raw = await Host.Attempt(1).RunAsync(() => host.Datasets.BuildDatasetAsync(order));
        (await Should.ThrowAsync<InvalidDataException>(() => Host.Attempt(1).RunAsync(
            () => host.Trainer.TrainAdapterAsync(Order with { Dataset = raw.Dataset, Benchmarks = ["debian-mmlu"] }))))
            .Message.ShouldContain("does not say that it was decontaminated");
    }

    [Fact]
    public async Task P06_F24_AttemptThatComesBack_WritesNothing()
    {
        var store = tiny.Copy();
        var held = new HeldStore(store, "checkpoints/");
        var zombie = Host.Attempt(1).RunAsync(() => new Host(held, tiny.NewHost()).Trainer.TrainAdapterAsync(Order));
        await held.Reached;

        // Taken for dead: another host trains from the start to the end.
        var owner = await Host.Attempt(2)
            .RunAsync(() => new Host(store, tiny.NewHost()).Trainer.TrainAdapterAsync(Order));
        var before = await KeysAsync(store, "");
        held.Release();
        await Should.ThrowAsync<StaleAttemptException>(() => zombie);

        (await CheckpointsAsync(store)).ShouldBeEmpty("no checkpoint of the earlier attempt");
        (await KeysAsync(store, "")).Except(before)
            .ShouldAllBe(key => key.Contains("/objects/", StringComparison.Ordinal)
                || key.EndsWith("events.jsonl", StringComparison.Ordinal));
        (await KeysAsync(store, "manifests/adapter/")).Count.ShouldBe(1);
        owner.Steps.ShouldBe(Host.Training.MaxSteps);
    }

    [Fact]
    public async Task S0_43_SameTrainingAgain_IsACacheHitAndAnotherRateIsNot()
    {
        var (store, folder) = (tiny.Copy(), tiny.NewHost());
        var first = await Host.Attempt(1).RunAsync(() => new Host(store, folder).Trainer.TrainAdapterAsync(Order));
        first.Summary.Cached.ShouldBeFalse();
        first.Summary.Duration.ShouldBeGreaterThan(TimeSpan.Zero);
        var again = await Host.Attempt(1, "2")
            .RunAsync(() => new Host(store, tiny.NewHost()).Trainer.TrainAdapterAsync(Order));
        (again.Summary.Cached, again.Summary.Duration, again.Adapter).ShouldBe((true, TimeSpan.Zero, first.Adapter));
        var other = Order with { Train = Host.Training with { LearningRate = 1e-4, MaxSteps = 1 } };
        (await Host.Attempt(1, "3")
            .RunAsync(() => new Host(store, folder).Trainer.TrainAdapterAsync(other))).Summary.Cached.ShouldBeFalse();
    }

    private static async Task<List<string>> CheckpointsAsync(IObjectStore store) =>
        [.. (await KeysAsync(store, "checkpoints/"))
            .Where(key => key.EndsWith(".manifest.json", StringComparison.Ordinal))];

    private static async Task<List<string>> KeysAsync(IObjectStore store, string prefix)
    {
        var keys = new List<string>();
        await foreach (var entry in store.ListAsync(prefix))
        {
            keys.Add(entry.Key);
        }

        return keys;
    }
}
