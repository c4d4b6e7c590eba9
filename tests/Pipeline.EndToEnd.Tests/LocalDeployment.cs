using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Pipeline.EndToEnd.Tests;

/// <summary>Engine, workers and gateway as processes of one test, on ports and in folders of its own.</summary>
public sealed class LocalDeployment : IAsyncDisposable
{
    private readonly Dictionary<string, Process> _processes = [];
    private readonly Dictionary<string, ProcessStartInfo> _starts = [];
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

    public static LocalDeployment OnFolder(string engine, string folder) => new(engine, folder, [$"store.path={Path.Combine(folder, "store")}"]);

    /// <summary>Starts what is not running.</summary>
    public async Task StartAsync()
    {
        var program = _engine == "real" ? Fixtures.RequireTool("TEMPORAL_CLI") : Path.Combine(Repository.Root, "infra", "embedded-temporal", "temporal");
        await StartAsync("engine", program, ["server", "start-dev", "--headless", "--port", $"{EnginePort}", "--db-filename", Path.Combine(Folder, "engine.db")], EnginePort);
        await StartAsync("cpu", "dotnet", [Assembly("Pipeline.Worker"), "--pool", "cpu", .. Settings()], 0);
        await StartAsync("gpu", "dotnet", [Assembly("Pipeline.Worker"), "--pool", "gpu", .. Settings()], 0);
        await StartAsync("gateway", "dotnet", [Assembly("Pipeline.Gateway"), "serve", "--model", Path.Combine(Repository.Root, "infra", "models", "bookworm-6m"), "--threads", "1", .. Settings()], GatewayPort);
    }

    /// <summary>Ends a process without any warning and starts it again.</summary>
    public async Task KillAndRestartAsync(string name)
    {
        _processes[name].Kill(entireProcessTree: true);
        await _processes[name].WaitForExitAsync();
        await LaunchAsync(name);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes.Values)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
            process.Dispose();
        }
    }

    private static string Assembly(string project) => Path.Combine(Repository.Root, ".pipeline", "build", "bin", project, "release", project + ".dll");

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private IEnumerable<string> Settings() => _settings.SelectMany(setting => new[] { "--set", setting });

    private async Task StartAsync(string name, string program, IReadOnlyList<string> arguments, int port)
    {
        var start = new ProcessStartInfo("sh", ["-c", "log=$1; shift; exec \"$@\" </dev/null >>\"$log\" 2>&1", "sh", Path.Combine(Folder, $"{name}.log"), program, .. arguments]);
        start.Environment["PIPELINE_ROOT"] = Repository.Root;
        start.Environment["PIPELINE_STATE"] = Path.Combine(Folder, "state");
        start.Environment["GATEWAY_ADMIN_KEY"] = "key-of-the-test";
        start.Environment["AWS_ACCESS_KEY_ID"] = S3Server.Key;
        start.Environment["AWS_SECRET_ACCESS_KEY"] = S3Server.Key;
        _starts[name] = start;
        await LaunchAsync(name);
        await WaitForAsync(port);
    }

    private async Task LaunchAsync(string name)
    {
        _processes[name] = Process.Start(_starts[name]) ?? throw new InvalidOperationException($"{name} did not start");
        await WaitForAsync(name == "engine" ? EnginePort : 0);
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
