using Temporalio.Client;
using Temporalio.Testing;

[assembly: AssemblyFixture(typeof(Temporalio.Tests.Engines))]

namespace Temporalio.Tests;

/// <summary>One server of each kind for the whole assembly: the embedded one, and the real one where TEMPORAL_CLI names it.</summary>
public sealed class Engines : IAsyncDisposable
{
    private static readonly string[] Attributes = ["TestKeyword=Keyword", "TestNumber=Int"];

    private readonly SemaphoreSlim _gate = new(1);
    private readonly Dictionary<string, WorkflowEnvironment> _running = [];

    /// <summary>Both kinds, as rows of a theory.</summary>
    public static TheoryData<string> Both => ["embedded", "real"];

    /// <summary>A client of the named engine; skips the test where the engine is absent.</summary>
    public async Task<ITemporalClient> ClientAsync(string engine)
    {
        var program = engine == "real" ? Fixtures.RequireTool("TEMPORAL_CLI") : Path.Combine(Repository.Root, "infra", "embedded-temporal", "temporal");
        await _gate.WaitAsync();
        try
        {
            if (!_running.TryGetValue(engine, out var environment))
            {
                environment = await WorkflowEnvironment.StartLocalAsync(new()
                {
                    DevServerOptions = new()
                    {
                        ExistingPath = program,
                        ExtraArgs = [.. Attributes.SelectMany(attribute => new[] { "--search-attribute", attribute }), "--log-level", "error"],
                    },
                });
                _running.Add(engine, environment);
            }

            return environment.Client;
        }
        finally
        {
            _gate.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var environment in _running.Values)
        {
            await environment.ShutdownAsync();
        }

        _gate.Dispose();
    }
}
