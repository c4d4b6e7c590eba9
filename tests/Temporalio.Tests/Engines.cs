using Temporalio.Client;
using Temporalio.Runtime;
using Temporalio.Testing;
using Temporalio.Worker;

[assembly: AssemblyFixture(typeof(Temporalio.Tests.Engines))]
[assembly: CollectionBehavior(MaxParallelThreads = 12)]

namespace Temporalio.Tests;

/// <summary>
/// One server of each kind for the whole assembly: the embedded one, and the real one where TEMPORAL_CLI names it.
/// </summary>
public sealed class Engines : IAsyncDisposable
{
    /// <summary>Core's own log is off: failing workflow tasks are what many tests are about.</summary>
    public static TemporalRuntime Runtime { get; } = new(new() { Telemetry = new() { Logging = null } });

    private static readonly string[] Attributes =
        ["TestKeyword=Keyword", "TestNumber=Int", "TestText=Text", "TestDouble=Double", "TestBool=Bool",
            "TestTime=Datetime", "TestList=KeywordList"];

    private readonly SemaphoreSlim _gate = new(1);

    // In memory where there is such a file system: every write of the real server waits for its file.
    private readonly string _file = Path.Combine(
        Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath(), $"temporalio-tests-{Guid.NewGuid():N}.db");
    private readonly Dictionary<string, WorkflowEnvironment> _running = [];

    /// <summary>The executable of an engine; skips the test where it is absent.</summary>
    /// <param name="engine"><c>embedded</c> or <c>real</c>.</param>
    public static string Program(string engine) =>
        engine == "real" ? Fixtures.RequireTool("TEMPORAL_CLI")
            : Path.Combine(Repository.Root, "infra", "embedded-temporal", "temporal");

    /// <summary>Runs the body while a worker serves a queue of its own.</summary>
    public async Task RunAsync(string engine, Action<TemporalWorkerOptions> register, Func<Scenario, Task> body)
    {
        var scenario = new Scenario(await ClientAsync(engine));
        await scenario.RunAsync(register, () => body(scenario));
    }

    /// <summary>A client of the named engine; skips the test where the engine is absent.</summary>
    public async Task<ITemporalClient> ClientAsync(string engine)
    {
        var program = Program(engine);
        await _gate.WaitAsync();
        try
        {
            if (!_running.TryGetValue(engine, out var environment))
            {
                environment = await WorkflowEnvironment.StartLocalAsync(new()
                {
                    Runtime = Runtime,
                    DevServerOptions = new()
                    {
                        ExistingPath = program,
                        // The real server forgets everything when calls that were taken back close the last connection
                        // to a database in memory.
                        DatabaseFilename = engine == "real" ? _file : null,
                        StartupTimeout = TimeSpan.FromMinutes(1),
                        ExtraArgs = [.. Attributes.SelectMany(attribute => new[] { "--search-attribute", attribute }),
                            "--log-level", "error"],
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
        foreach (var ending in (string[])["", "-wal", "-shm"]) File.Delete(_file + ending);
    }
}
