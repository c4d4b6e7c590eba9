using Pipeline.Registry.Storage;
using Pipeline.Registry.Storage.Directories;
using Pipeline.Workflows.Contracts;
using Pipeline.Workflows.Inputs;

namespace Pipeline.Activities.Tests;

/// <summary>A base model and a training set in a store, made once by the real activities.</summary>
public sealed class TinyDataset : IAsyncLifetime, IDisposable
{
    private readonly TempDirectory _folder = new();

    public string Folder => _folder.Path;

    public IObjectStore Store { get; private set; } = null!; // set before every test

    public ArtifactRef BaseModel { get; private set; } = null!; // set before every test

    public ArtifactRef RawRows { get; private set; } = null!; // set before every test

    /// <summary>The shipped benchmark, as a folder that a test may change.</summary>
    public string Benchmark => _folder.Combine("gate");

    public ArtifactRef Dataset { get; private set; } = null!; // set before every test

    /// <summary>Folder of a host that nobody else uses.</summary>
    public string NewHost() => _folder.Combine("hosts", Guid.NewGuid().ToString("N"));

    /// <summary>A store with the same content, so that a test can do what it likes.</summary>
    public IObjectStore Copy()
    {
        var copy = _folder.Combine("stores", Guid.NewGuid().ToString("N"));
        foreach (var path in Directory.EnumerateFiles(_folder.Combine("store"), "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(copy, Path.GetRelativePath(_folder.Combine("store"), path));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!); // a file has a folder
            File.Copy(path, target);
        }

        return new DirectoryObjectStore(copy);
    }

    public async ValueTask InitializeAsync()
    {
        Store = new DirectoryObjectStore(_folder.Combine("store"));
        var (host, data) = (new Host(Store, NewHost()), new DataOptions { Source = "debian-sample" });
        var run = await Host.Attempt(1, "prepare")
            .RunAsync(() => host.Run.PrepareRunAsync(new(new FineTuneInput { Data = data }, "finetune:test")));
        var rows = await Host.Attempt(1, "ingest").RunAsync(() => host.Data.IngestAsync(new(data)));
        var kept = await Host.Attempt(1, "holdout")
            .RunAsync(() => host.Data.HoldOutAsync(new() { Rows = rows.Rows, Data = data }));
        RawRows = kept.Rows;
        Directory.CreateDirectory(Benchmark);
        foreach (var path in Directory.EnumerateFiles(
            Path.Combine(Repository.Root, "infra", "benchmarks", "debian-mmlu"), "*.jsonl"))
        {
            File.Copy(path, Path.Combine(Benchmark, Path.GetFileName(path)));
        }

        var apart = await Host.Attempt(1, "decontaminate").RunAsync(() => host.Data.DecontaminateAsync(
            new() { Rows = kept.Rows, Data = data, Benchmarks = [Benchmark] }));
        var order = new BuildDatasetInput
        {
            Rows = apart.Rows,
            HeldOut = kept.Second!, // a holdout has both
            BaseModel = run.BaseModel,
            Dataset = new DatasetOptions { MaxTrainRows = 64, RehearsalRows = 8, TestRows = 10 },
            ReviewRows = 5,
        };
        (BaseModel, Dataset) = (run.BaseModel,
            (await Host.Attempt(1, "dataset").RunAsync(() => host.Datasets.BuildDatasetAsync(order))).Dataset);
    }

    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    public void Dispose() => _folder.Dispose();
}
