using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Pipeline.EndToEnd.Tests;

/// <summary>Engine, workers and gateway as processes of one test, on ports and in folders of its own.</summary>
public sealed class LocalDeployment : IAsyncDisposable
{
    private const int MostLives = 60;
    private readonly Dictionary<string, Process> _processes = [];
    private readonly Dictionary<string, Queue<string>> _faults = [];
    private readonly HashSet<string> _ended = [];
    private readonly string _engine;
    private readonly IReadOnlyList<string> _settings;

    public LocalDeployment(string engine, string folder, IReadOnlyList<string> store)
    {
        (_engine, Folder) = (engine, folder);
        (EnginePort, GatewayPort) = (FreePort(), FreePort());
        _settings = [.. store, $"engine.port={EnginePort}", $"gateway.port={GatewayPort}", "pools.gpu.threads=1"];
    }

    public string Folder { get; }

    public int EnginePort { get; }

    public int GatewayPort { get; }

    /// <summary>Variables of every process.</summary>
    public Dictionary<string, string> Variables { get; } = [];

    public static LocalDeployment OnFolder(string engine, string folder) =>
        new(engine, folder, [$"store.path={Path.Combine(folder, "store")}"]);

    /// <summary>What was done to processes, in order.</summary>
    public ConcurrentQueue<string> Violence { get; } = new();

    /// <summary>Starts what a deployment needs.</summary>
    public async Task StartAsync()
    {
        await StartEngineAsync();
        Start("cpu");
        Start("gpu");
        Start("gateway");
    }

    /// <summary>Starts the engine and waits until it listens.</summary>
    public Task StartEngineAsync()
    {
        Start("engine");
        return WaitForAsync(EnginePort);
    }

    /// <summary>Starts a process; one that a fault ends is started again with the next one.</summary>
    /// <param name="name">engine, gateway, cpu, gpu, or gpu-b for another host with folders of its own.</param>
    /// <param name="faults">Faults, one for each life of the process.</param>
    public void Start(string name, params string[] faults)
    {
        _ended.Remove(name);
        _faults[name] = new Queue<string>(faults);
        Launch(name);
    }

    /// <summary>Ends a process without any warning; it is started again.</summary>
    public async Task KillAsync(string name)
    {
        Violence.Enqueue($"{name}: killed");
        var (victim, faults) = (_processes[name], _faults[name]);
        _ended.Add(name);
        victim.Kill(entireProcessTree: true);
        await victim.WaitForExitAsync();
        Start(name, [.. faults]);
        await WaitForAsync(name == "engine" ? EnginePort : 0);
    }

    /// <summary>Asks a process to end and waits until it did; it stays away.</summary>
    public async Task TerminateAsync(string name)
    {
        Violence.Enqueue($"{name}: asked to end");
        _ended.Add(name);
        Signal(name, "TERM");
        await _processes[name].WaitForExitAsync();
    }

    /// <summary>Stops a process for a while; it goes on without knowing that time has passed.</summary>
    public async Task FreezeAsync(string name, TimeSpan time)
    {
        Violence.Enqueue($"{name}: frozen for {time.TotalSeconds:0} s");
        Signal(name, "STOP");
        await Task.Delay(time);
        Signal(name, "CONT");
    }

    /// <summary>What a process wrote.</summary>
    public string LogOf(string name) => File.ReadAllText(Path.Combine(Folder, $"{name}.log"));

    public async ValueTask DisposeAsync()
    {
        _ended.UnionWith(_processes.Keys);
        foreach (var process in _processes.Values)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
            process.Dispose();
        }
    }

    private static string Assembly(string project) =>
        Path.Combine(Repository.Root, ".pipeline", "build", "bin", project, "release", project + ".dll");

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private IEnumerable<string> Settings() => _settings.SelectMany(setting => new[] { "--set", setting });

    private (string Program, IEnumerable<string> Arguments) CommandOf(string name) => name switch
    {
        "engine" => (
            _engine == "real" ? Fixtures.RequireTool("TEMPORAL_CLI")
                : Path.Combine(Repository.Root, "infra", "embedded-temporal", "temporal"),
            ["server", "start-dev", "--headless", "--port", $"{EnginePort}", "--db-filename",
                Path.Combine(Folder, "engine.db")]),
        "gateway" => (
            "dotnet",
                [Assembly("Pipeline.Gateway"), "serve", "--model",
                    Path.Combine(Repository.Root, "infra", "models", "bookworm-6m"), "--threads", "1", .. Settings()]),
        _ => ("dotnet", [Assembly("Pipeline.Worker"), "--pool", name[..3], .. Settings()]),
    };

    private void Launch(string name)
    {
        var fault = _faults[name].TryDequeue(out var next) ? next : "";
        var (program, arguments) = CommandOf(name);
        var start = new ProcessStartInfo(
            "sh", ["-c", "log=$1; shift; exec \"$@\" </dev/null >>\"$log\" 2>&1", "sh",
                Path.Combine(Folder, $"{name}.log"), program, .. arguments]);
        start.Environment["PIPELINE_ROOT"] = Repository.Root;
        start.Environment["PIPELINE_STATE"] = Path.Combine(Folder, name == "gpu-b" ? "state-b" : "state");
        start.Environment["PIPELINE_HOST"] = name == "gpu-b" ? "host-b" : "host-a";
        start.Environment["PIPELINE_FAULTS"] = fault;
        start.Environment["GATEWAY_ADMIN_KEY"] = "key-of-the-test";
        start.Environment["AWS_ACCESS_KEY_ID"] = S3Server.Key;
        start.Environment["AWS_SECRET_ACCESS_KEY"] = S3Server.Key;
        foreach (var (variable, value) in Variables)
        {
            start.Environment[variable] = value;
        }

        var process = Process.Start(start) ?? throw new InvalidOperationException($"{name} did not start");
        _processes[name] = process;
        process.EnableRaisingEvents = true;
        process.Exited += (_, _) => Relaunch(name, process, fault);
    }

    private void Relaunch(string name, Process ended, string fault)
    {
        if (!_ended.Contains(name) && _processes[name] == ended && Violence.Count < MostLives)
        {
            Violence.Enqueue($"{name}: {fault}");
            Launch(name);
        }
    }

    private void Signal(string name, string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", $"{_processes[name].Id}"]);
        kill.WaitForExit();
    }

    private static async Task WaitForAsync(int port)
    {
        for (var attempt = 0; port > 0 && attempt < 300; attempt++)
        {
            try
            {
                using var socket = new TcpClient();
                await socket.ConnectAsync(IPAddress.Loopback, port);
                return;
            }
            catch (SocketException)
            {
                await Task.Delay(100);
            }
        }
    }
}
