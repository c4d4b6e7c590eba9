using Pipeline.Activities.Data;
using Pipeline.Activities.Deployment;
using Pipeline.Activities.Evaluation;
using Pipeline.Activities.Models;
using Pipeline.Activities.Monitoring;
using Pipeline.Activities.Registration;
using Pipeline.Activities.Reports;
using Pipeline.Activities.Running;
using Pipeline.Activities.Storage;
using Pipeline.Activities.Training;
using Pipeline.Hosting.Configuration;
using Pipeline.Llm.Models;
using Pipeline.Registry.Models;
using Pipeline.Registry.Storage;
using Pipeline.Registry.Traffic;
using Temporalio.Worker;
using TorchSharp;

namespace Pipeline.Worker;

/// <summary>Builds the activities of a worker once and adds those of a queue.</summary>
internal sealed class ActivitySet : IDisposable
{
    private readonly object[] _cpu;
    private readonly object[] _gpu;
    private readonly GatewayConnection _gateways;

    public ActivitySet(
        PipelineSettings settings, PoolSettings pool, IObjectStore store, WorkerPaths paths, Action<string> log)
    {
        var artifacts = new LocalArtifacts(store, paths);
        var data = new StageWork(
            store, artifacts, new StageCache(store, CodeVersion.Of(typeof(Pipeline.Data.Stages.StageProgress))));
        var model = new StageWork(
            store, artifacts,
            new StageCache(
                store, CodeVersion.Of(typeof(CausalLanguageModel), typeof(Pipeline.Data.Stages.StageProgress),
                    typeof(Pipeline.Evaluation.Harness.EvaluationRunner))));
        var registry = new ModelRegistry(store);
        var benchmarks = new Benchmarks(paths);
        var bases = new BaseRegistration(registry);
        var records = new ServingRecords(store);
        _gateways = new GatewayConnection(
            settings.Gateway.Urls.Count > 0 ? [.. settings.Gateway.Urls.Select(url => new Uri(url))]
                : [new Uri($"http://{settings.Gateway.Host}:{settings.Gateway.Port}")],
            Environment.GetEnvironmentVariable("GATEWAY_ADMIN_KEY") ?? "");
        var machine = Machine(pool, log);
        var evaluation = new EvaluationActivities(model, benchmarks, paths, machine);
        _cpu =
        [
            new RunActivities(artifacts, new BaseModelFolder(paths), benchmarks, bases,
                new RunReportPage(artifacts, paths), FactsOf(settings)),
            new DataActivities(data, new DataSources(store, paths), benchmarks),
            new DatasetActivities(data, paths),
            new RegistryActivities(registry, artifacts, bases, records),
            new DeploymentActivities(new TrafficStore(store), _gateways, artifacts),
            new TriggerActivities(store),
            new MonitoringActivities(registry, records, artifacts, _gateways,
                new JudgeEndpoint(settings.Judge.Url, settings.Judge.Model, settings.Judge.ApiKey)),
            evaluation,
        ];
        _gpu = [new TrainingActivities(model, store, paths, machine), evaluation];
    }

    public TemporalWorkerOptions AddTo(TemporalWorkerOptions options, bool gpu)
    {
        foreach (var activities in gpu ? _gpu : _cpu)
        {
            options.AddAllActivities(activities.GetType(), activities);
        }

        return options;
    }

    public void Dispose() => _gateways.Dispose();

    // Chosen once and said once, so that nobody wonders where the work runs.
    private static ModelLoadOptions Machine(PoolSettings pool, Action<string> log) => new()
    {
        Device = torch.cuda_is_available() ? torch.CUDA : torch.CPU,
        Threads = pool.Threads > 0 ? pool.Threads : null,
        Log = log,
    };

    /// <summary>Digest of the code that works on runs.</summary>
    public static string CodeVersionOf() =>
        CodeVersion.Of(typeof(CausalLanguageModel), typeof(Pipeline.Data.Stages.StageProgress), typeof(RunActivities),
            typeof(Pipeline.Workflows.PipelineWorkflows));

    private static RunFacts FactsOf(PipelineSettings settings) => new()
    {
        Approvers = settings.Approval.Approvers,
        ApprovalsRequired = settings.Approval.Required,
        ApproverKeys = settings.Approval.KeysByName(),
        CodeVersion = CodeVersionOf(),
        Notes = torch.cuda_is_available() ? [] : ["this machine has no GPU: the GPU pool runs on the CPU"],
    };
}
