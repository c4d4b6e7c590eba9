using Pipeline.Activities.Data;
using Pipeline.Activities.Models;
using Pipeline.Activities.Monitoring;
using Pipeline.Activities.Registration;
using Pipeline.Activities.Running;
using Pipeline.Activities.Storage;
using Pipeline.Activities.Training;
using Pipeline.Llm.Models;
using Pipeline.Registry.Models;
using Pipeline.Registry.Storage;
using Pipeline.Workflows.Inputs;
using Temporalio.Activities;
using Temporalio.Testing;

namespace Pipeline.Activities.Tests;

/// <summary>The activities of one host: folders of its own, a store that it shares with others.</summary>
internal sealed class Host
{
    public static readonly TrainOptions Training = new()
    {
        Rank = 4,
        Alpha = 8,
        MaxSteps = 12,
        BatchSize = 4,
        MicroBatchSize = 2,
        CheckpointEverySteps = 2,
    };

    public Host(IObjectStore store, string folder)
    {
        var paths = new WorkerPaths(Repository.Root, folder);
        Artifacts = new LocalArtifacts(store, paths);
        var work = new StageWork(store, Artifacts, new StageCache(store, "code-of-the-test"));
        var (registry, benchmarks) = (new ModelRegistry(store), new Benchmarks(paths));
        var bases = new BaseRegistration(registry);
        Run = new RunActivities(Artifacts, new BaseModelFolder(paths), benchmarks, bases,
            new Reports.RunReportPage(Artifacts, paths), new RunFacts());
        Data = new DataActivities(work, new DataSources(store, paths), benchmarks);
        Datasets = new DatasetActivities(work, paths);
        Trainer = new TrainingActivities(
            work, store, paths, new ModelLoadOptions { Threads = 1, Device = TorchSharp.torch.CPU });
        Registry = new RegistryActivities(registry, Artifacts, bases, new ServingRecords(store));
    }

    public LocalArtifacts Artifacts { get; }

    public RunActivities Run { get; }

    public DataActivities Data { get; }

    public DatasetActivities Datasets { get; }

    public TrainingActivities Trainer { get; }

    public RegistryActivities Registry { get; }

    /// <summary>An attempt of an activity as the engine would start it.</summary>
    public static ActivityEnvironment Attempt(int number, string activity = "1") => new()
    {
        Info = ActivityEnvironment.DefaultInfo with
        {
            Attempt = number,
            ActivityId = activity,
            WorkflowId = "finetune:test",
            WorkflowRunId = "run-of-the-test"
        },
    };
}
