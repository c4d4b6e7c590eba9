using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Pipeline.Hosting.Configuration;
using Pipeline.Workflows;

namespace Pipeline.Cli.Services;

/// <summary>Which processes the settings ask for, and how each is started.</summary>
/// <param name="settings">The settings.</param>
/// <param name="forwarded">Options that every process gets, so that all read the same settings.</param>
internal sealed class Deployment(PipelineSettings settings, IReadOnlyList<string> forwarded)
{
    public const string AdminKeyVariable = "GATEWAY_ADMIN_KEY";
    private readonly DateTimeOffset _broughtUp = DateTimeOffset.UtcNow;

    /// <summary>Folder of pid files.</summary>
    public static string Folder => Directory.CreateDirectory(Path.Combine(Checkout.State, "run")).FullName;

    /// <summary>Whether this machine runs the engine itself.</summary>
    public bool OwnsEngine => settings.Engine.Address.Length == 0;

    /// <summary>Name of the engine for people.</summary>
    public string EngineName => !OwnsEngine ? $"cluster {settings.Engine.Address}" : RealCli() is { } cli
        ? $"dev server {cli}" : "embedded server";

    public Uri Gateway => new($"http://{settings.Gateway.Host}:{settings.Gateway.Port}");

    public Uri WebUi => new($"http://127.0.0.1:{settings.Engine.UiPort}");

    /// <summary>The processes in the order in which they start.</summary>
    public IEnumerable<ServiceSpec> Services()
    {
        if (OwnsEngine)
        {
            yield return Engine();
        }

        var key = AdminKey();
        foreach (var (pool, options) in settings.Pools.OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            for (var number = 1; number <= options.Processes; number++)
            {
                yield return Worker(pool, number, key);
            }
        }

        yield return new ServiceSpec(
            "gateway", "dotnet",
            [Checkout.Assembly("Pipeline.Gateway"), "serve", "--model", GatewayModel(), .. forwarded],
            new Uri(Gateway, "/health"))
        {
            Environment = new Dictionary<string, string>(StringComparer.Ordinal) { [AdminKeyVariable] = key },
        };
    }

    private static ServiceSpec Named(string name, IReadOnlyList<string> arguments, int port) =>
        new(name, "dotnet", arguments, new Uri($"http://127.0.0.1:{port}/healthz"));

    private static string? RealCli()
    {
        if (System.Environment.GetEnvironmentVariable("TEMPORAL_CLI") is { Length: > 0 } named && File.Exists(named))
        {
            return named;
        }

        return (System.Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
            .Select(folder => Path.Combine(folder, "temporal")).FirstOrDefault(File.Exists);
    }

    private ServiceSpec Engine()
    {
        var database = Path.Combine(Directory.CreateDirectory(Path.Combine(Checkout.State, "engine")).FullName,
            RealCli() is null ? "embedded.db" : "dev-server.db");
        List<string> arguments =
        [
            "server", "start-dev", "--ip", "127.0.0.1", "--port", $"{settings.Engine.Port}", "--ui-port",
            $"{settings.Engine.UiPort}", "--db-filename", database,
            .. SearchAttributes.All.SelectMany(
                attribute => new[] { "--search-attribute", $"{attribute.Name}=Keyword" }),
        ];
        if (RealCli() is not null)
        {
            // Priorities and fair shares of tenants need the newer matcher, and one partition for an order that holds.
            arguments.AddRange(
                new[] { "useNewMatcher", "enableFairness" }.SelectMany(
                    name => new[] { "--dynamic-config-value", $"matching.{name}=true" }));
            arguments.AddRange(
                new[] { "Read", "Write" }.SelectMany(
                    kind => new[] { "--dynamic-config-value", $"matching.numTaskqueue{kind}Partitions=1" }));
        }

        if (settings.Engine.Namespace != "default")
        {
            arguments.AddRange(["--namespace", settings.Engine.Namespace]);
        }

        return new ServiceSpec(
            "engine", RealCli() ?? Path.Combine(Checkout.Root, "infra", "embedded-temporal", "temporal"), arguments,
            new Uri($"tcp://127.0.0.1:{settings.Engine.Port}"));
    }

    private ServiceSpec Worker(string pool, int number, string key)
    {
        var port = FreePort();
        var name = settings.Pools[pool].Processes == 1 ? $"worker-{pool}" : $"worker-{pool}-{number}";
        return Named(
            name,
            [
                Checkout.Assembly("Pipeline.Worker"), "--pool", pool, "--metrics-port", $"{port}", "--brought-up",
                $"{_broughtUp:O}", .. forwarded,
            ],
            port) with
        {
            Environment = WorkerVariables(settings.Pools[pool].Threads, key),
        };
    }

    // The native libraries read these once, when they are loaded; a process cannot set them for itself any more.
    private static Dictionary<string, string> WorkerVariables(int threads, string key)
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal) { [AdminKeyVariable] = key };
        if (threads > 0)
        {
            (variables["OMP_NUM_THREADS"], variables["OPENBLAS_NUM_THREADS"]) = ($"{threads}", $"{threads}");
        }

        return variables;
    }

    private string GatewayModel()
    {
        var shipped = Path.Combine(Checkout.Root, "infra", "models", settings.Gateway.Model);
        return Directory.Exists(shipped) ? shipped : settings.Gateway.Model;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    // Readable by this user only; gateway and workers get it through their environment.
    private static string AdminKey()
    {
        var path = Path.Combine(Folder, "gateway.key");
        if (!File.Exists(path))
        {
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            }

            using var file = new FileStream(path, options);
            file.Write(
                System.Text.Encoding.ASCII.GetBytes(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(24))));
        }

        return File.ReadAllText(path);
    }
}
