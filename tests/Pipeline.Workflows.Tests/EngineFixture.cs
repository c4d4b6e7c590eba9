using Pipeline.Workflows.Json;
using Temporalio.Testing;

namespace Pipeline.Workflows.Tests;

/// <summary>Starts each engine once for all tests: the real server and the embedded one.</summary>
public sealed class EngineFixture : IAsyncLifetime
{
    private readonly Dictionary<string, WorkflowEnvironment> _environments = [];
    private readonly SemaphoreSlim _lock = new(1);

    // Order by priority holds within a partition of a queue.
    private static readonly string[] OrderedQueues =
    [
        "--dynamic-config-value", "matching.useNewMatcher=true",
        "--dynamic-config-value", "matching.enableFairness=true",
        "--dynamic-config-value", "matching.numTaskqueueReadPartitions=1", "--dynamic-config-value",
        "matching.numTaskqueueWritePartitions=1",
    ];

    public static TheoryData<string> All => ["embedded", "real"];

    public async Task<WorkflowEnvironment> StartAsync(string engine)
    {
        var program = engine == "real" ? Fixtures.RequireTool("TEMPORAL_CLI")
            : Path.Combine(Repository.Root, "infra", "embedded-temporal", "temporal");
        await _lock.WaitAsync();
        try
        {
            if (!_environments.TryGetValue(engine, out var environment))
            {
                environment = await WorkflowEnvironment.StartLocalAsync(new()
                {
                    DevServerOptions = new()
                    {
                        ExistingPath = program,
                        ExtraArgs = engine == "real" ? OrderedQueues : [],
                    },
                    DataConverter = PipelineJson.Converter(),
                    SearchAttributes = [.. SearchAttributes.All],
                });
                _environments.Add(engine, environment);
            }

            return environment;
        }
        finally
        {
            _lock.Release();
        }
    }

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        foreach (var environment in _environments.Values)
        {
            await environment.DisposeAsync();
        }

        _lock.Dispose();
    }
}

[CollectionDefinition(nameof(EngineFixture))]
public sealed class EngineCollection : ICollectionFixture<EngineFixture>;
