using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace Pipeline.Cli.Tests.Support;

/// <summary>A deployment that the command line under test brings up: state, store and ports of its own.</summary>
public abstract class CliDeployment : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);
    private readonly TempDirectory _folder = new();
    private readonly Dictionary<string, string> _variables;
    private bool _up;

    protected CliDeployment()
    {
        var (engine, ui, gateway) = (FreePort(), FreePort(), FreePort());
        EnginePort = engine;
        _variables = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["PIPELINE_ROOT"] = Repository.Root,
            ["PIPELINE_STATE"] = Folder("state"),
            ["PIPELINE_OWNER"] = "olga",
            ["PIPELINE_ENGINE__PORT"] = $"{engine}",
            ["PIPELINE_ENGINE__UIPORT"] = $"{ui}",
            ["PIPELINE_GATEWAY__PORT"] = $"{gateway}",
            ["PIPELINE_STORE__PATH"] = Folder("store"),
            ["PIPELINE_POOLS__GPU__THREADS"] = "1",
            ["TEMPORAL_CLI"] = "",
            ["TEMPORAL_ADDRESS"] = "",
        };
        GatewayUrl = $"http://127.0.0.1:{gateway}";
    }

    public int EnginePort { get; }

    public string GatewayUrl { get; }

    /// <summary>Sets a variable of every process.</summary>
    public string this[string variable]
    {
        set => _variables[variable] = value;
    }

    public string Folder(params string[] parts) => _folder.Combine(parts);

    /// <summary>Starts engine, workers and gateway.</summary>
    public async Task UpAsync(params string[] more)
    {
        if (!_up)
        {
            // What came up in part is brought down too.
            _up = true;
            var started = await RunAsync(["up", .. more]);
            started.Code.ShouldBe(0, started.All);
        }
    }

    /// <summary>Runs a verb to its end.</summary>
    public async Task<CliAnswer> RunAsync(params string[] arguments)
    {
        using var process = Start("dotnet", [CliAssembly, .. arguments]);
        process.StandardInput.Close();
        return await EndAsync(process);
    }

    /// <summary>Runs a verb of the script itself.</summary>
    public async Task<CliAnswer> ScriptAsync(params string[] arguments)
    {
        using var process = Start("sh", [Path.Combine(Repository.Root, "pipeline"), .. arguments]);
        process.StandardInput.Close();
        return await EndAsync(process);
    }

    /// <summary>
    /// Runs a verb with <c>--json</c> and reads what it prints, which must be one JSON document and nothing else.
    /// </summary>
    public async Task<JsonElement> JsonAsync(params string[] arguments)
    {
        var answer = await RunAsync([.. arguments, "--json"]);
        answer.Code.ShouldBe(0, answer.All);
        return answer.Json;
    }

    /// <summary>
    /// Starts a verb that goes on until it is ended with <c>--json</c>, reads the document that it prints, and ends it.
    /// </summary>
    public async Task<JsonElement> FirstDocumentAsync(params string[] arguments)
    {
        using var process = Start("dotnet", [CliAssembly, .. arguments, "--json"]);
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Limit);
        var text = "";
        try
        {
            while (await process.StandardOutput.ReadLineAsync(limit.Token) is { } line)
            {
                text += line;
                if (line == "}")
                {
                    break;
                }
            }
        }
        finally
        {
            process.Kill(entireProcessTree: true);
        }

        return JsonDocument.Parse(text).RootElement;
    }

    /// <summary>Starts a verb in a terminal of its own.</summary>
    public TerminalSession InTerminal(params string[] arguments)
    {
        if (!File.Exists("/usr/bin/script"))
        {
            Assert.Skip("util-linux's script is not here, so there is no terminal to type into");
        }

        return new TerminalSession(
            Start("/usr/bin/script",
                ["-q", "-e", "-c", string.Join(' ', new[] { "dotnet", CliAssembly }.Concat(arguments)), "/dev/null"]));
    }

    public async ValueTask DisposeAsync()
    {
        if (_up)
        {
            await RunAsync("down");
        }

        _folder.Dispose();
        GC.SuppressFinalize(this);
    }

    private static string CliAssembly =>
        Path.Combine(Repository.Root, ".pipeline", "build", "bin", "Pipeline.Cli", "release", "Pipeline.Cli.dll");

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static async Task<CliAnswer> EndAsync(Process process)
    {
        var error = process.StandardError.ReadToEndAsync(CancellationToken.None);
        var output = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        try
        {
            await Task.WhenAll(error, output).WaitAsync(Limit, TestContext.Current.CancellationToken);
        }
        catch (Exception exception) when (exception is TimeoutException or OperationCanceledException)
        {
            var state = process.HasExited ? "has ended, but somebody holds its output" : "does not end";
            process.Kill(entireProcessTree: true);
            var seen = await Task.WhenAll(output, error).WaitAsync(TimeSpan.FromSeconds(5));
            throw new TimeoutException(
                $"{string.Join(' ', process.StartInfo.ArgumentList)} {state}: {string.Join('\n', seen)}", exception);
        }

        await process.WaitForExitAsync(CancellationToken.None);
        return new CliAnswer(process.ExitCode, await output, await error);
    }

    private Process Start(string program, string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Repository.Root,
        };
        foreach (var (name, value) in _variables)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start");
    }
}
