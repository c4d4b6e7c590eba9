using Pipeline.Workflows.Json;
using Temporalio.Client;
using Temporalio.Testing;

namespace Pipeline.Activities.Tests;

/// <summary>An embedded server for the tests that need a real worker, one after the other.</summary>
public sealed class OneEngine : IAsyncLifetime
{
    private WorkflowEnvironment? _environment;

    public ITemporalClient Client =>
        (_environment ?? throw new InvalidOperationException("the engine was not started")).Client;

    public async ValueTask InitializeAsync()
    {
        for (var attempt = 1; _environment is null; attempt++)
        {
            try
            {
                _environment = await WorkflowEnvironment.StartLocalAsync(new()
                {
                    DevServerOptions = new()
                    {
                        ExistingPath = Path.Combine(Repository.Root, "infra", "embedded-temporal", "temporal"),
                    },
                    DataConverter = PipelineJson.Converter(),
                });
            }
            catch (InvalidOperationException) when (attempt < 5)
            {
                // The SDK waits five seconds, which a busy machine may need for the start of a process alone.
            }
        }
    }

    public ValueTask DisposeAsync() => _environment?.DisposeAsync() ?? ValueTask.CompletedTask;
}

[CollectionDefinition(nameof(OneEngine))]
public sealed class OneEngineCollection : ICollectionFixture<OneEngine>;
