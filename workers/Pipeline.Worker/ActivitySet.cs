using Pipeline.Activities.Data;
using Pipeline.Activities.Running;
using Pipeline.Activities.Storage;
using Pipeline.Hosting.Configuration;
using Pipeline.Registry.Storage;
using Temporalio.Client;
using Temporalio.Worker;

namespace Pipeline.Worker;

/// <summary>Builds the activities of a worker once and adds those of a pool.</summary>
internal sealed class ActivitySet : IDisposable
{
    private readonly DataActivities _data;
    private readonly Action<string> _log;

    public ActivitySet(PipelineSettings settings, PoolSettings pool, IObjectStore store, WorkerPaths paths, ITemporalClient client, Action<string> log)
    {
        _log = log;
        var artifacts = new LocalArtifacts(store, paths);
        var data = new StageWork(store, artifacts, new StageCache(store, CodeVersion.Of(typeof(Pipeline.Data.Stages.StageProgress))));
        _data = new DataActivities(data, new DataSources(store, paths), new Benchmarks(paths));
    }

    public void Describe(string pool)
    {
        _log(pool);
    }

    public TemporalWorkerOptions AddTo(TemporalWorkerOptions options, bool gpu) => gpu ? options : options.AddAllActivities(_data);

    public void Dispose()
    {
    }
}
