using System.Diagnostics;
using System.Net.Sockets;
using Pipeline.Hosting.Configuration;

namespace Pipeline.Cli.Services;

/// <summary>Brings the deployment up and down.</summary>
internal static class ServiceControl
{
    private const string SupervisorName = "supervisor";
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(120);

    public static int? SupervisorPid => PidFile.Running(SupervisorName);

    /// <summary>
    /// Builds what is stale, starts the supervisor when none runs, and waits until everything answers.
    /// </summary>
    public static async Task<Deployment> UpAsync(
        PipelineSettings settings, IReadOnlyList<string> forwarded, CancellationToken cancellation)
    {
        var deployment = new Deployment(settings, forwarded);
        await StartAsync(deployment, forwarded, cancellation);
        await Console.Error.WriteLineAsync($"engine: {deployment.EngineName}");
        await WaitAsync(deployment, cancellation);
        return deployment;
    }

    /// <summary>Runs as the supervisor until a signal comes.</summary>
    public static async Task SuperviseAsync(
        PipelineSettings settings, IReadOnlyList<string> forwarded, CancellationToken cancellation)
    {
        var specs = new Deployment(settings, forwarded).Services().ToList();
        // The list appears whole: whoever waits for the deployment must not take the beginning of it for all of it.
        var unfinished = HealthFile + ".new";
        await File.WriteAllLinesAsync(unfinished, specs.Select(spec => $"{spec.Name} {spec.Health}"), cancellation);
        File.Move(unfinished, HealthFile, overwrite: true);
        await new Supervisor(specs).RunAsync(cancellation);
        PidFile.Remove(SupervisorName);
    }

    /// <summary>Asks the supervisor to end; it ends everything else.</summary>
    /// <returns>False when nothing was running.</returns>
    public static async Task<bool> DownAsync()
    {
        if (SupervisorPid is not { } pid)
        {
            return false;
        }

        var ended = await ServiceProcess.StopAsync(pid, TimeSpan.FromSeconds(120), () => SupervisorPid is not null);
        File.Delete(HealthFile);
        return ended ? true
            : throw new TimeoutException($"process {pid} does not end; see {ServiceProcess.LogOf(SupervisorName)}");
    }

    private static string HealthFile => Path.Combine(Deployment.Folder, "health.txt");

    // Two who bring up the same deployment at once get one supervisor.
    private static async Task StartAsync(
        Deployment deployment, IReadOnlyList<string> forwarded, CancellationToken cancellation)
    {
        using var turn = await FileLock.TakeAsync(PidFile.PathOf(SupervisorName) + ".lock", null, cancellation);
        if (SupervisorPid is not null)
        {
            return;
        }

        await BuildAsync(deployment, cancellation);
        using var process = ServiceProcess.Start(new ServiceSpec(
            SupervisorName, "dotnet",
            [Path.Combine(AppContext.BaseDirectory, "Pipeline.Cli.dll"), "supervise", .. forwarded],
            deployment.WebUi));
        PidFile.Write(SupervisorName, process.Id);
    }

    private static async Task BuildAsync(Deployment deployment, CancellationToken cancellation)
    {
        File.Delete(HealthFile);
        await SolutionBuild.EnsureAsync("workers/Pipeline.Worker/Pipeline.Worker.csproj", "worker", cancellation);
        await SolutionBuild.EnsureAsync("workers/Pipeline.Gateway/Pipeline.Gateway.csproj", "gateway", cancellation);
        if (deployment.EngineName == "embedded server")
        {
            await SolutionBuild.EnsureAsync(
                "infra/embedded-temporal/Pipeline.EmbeddedTemporal/Pipeline.EmbeddedTemporal.csproj", "engine",
                cancellation);
        }
    }

    private static async Task WaitAsync(Deployment deployment, CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(2) };
        while (true)
        {
            var waiting = await UnhealthyAsync(http, cancellation);
            if (waiting.Count == 0)
            {
                return;
            }

            if (SupervisorPid is null || clock.Elapsed > StartPatience)
            {
                throw new TimeoutException(
                    $"{string.Join(", ", waiting)} did not come up; see "
                        + $"{string.Join(", ", waiting.Select(ServiceProcess.LogOf))} ({deployment.EngineName})");
            }

            await Task.Delay(200, cancellation);
        }
    }

    private static async Task<List<string>> UnhealthyAsync(HttpClient http, CancellationToken cancellation)
    {
        var processes = File.Exists(HealthFile) ? await File.ReadAllLinesAsync(HealthFile, cancellation) : [];
        if (processes.Length == 0)
        {
            return [SupervisorName];
        }

        var waiting = new List<string>();
        foreach (var line in processes)
        {
            var space = line.IndexOf(' ', StringComparison.Ordinal);
            if (!await AnswersAsync(http, new Uri(line[(space + 1)..]), cancellation))
            {
                waiting.Add(line[..space]);
            }
        }

        return waiting;
    }

    private static async Task<bool> AnswersAsync(HttpClient http, Uri health, CancellationToken cancellation)
    {
        try
        {
            if (health.Scheme == "tcp")
            {
                using var socket = new TcpClient();
                await socket.ConnectAsync(health.Host, health.Port, cancellation);
                return true;
            }

            using var response = await http.GetAsync(health, cancellation);
            return response.IsSuccessStatusCode;
        }
        catch (Exception exception)
            when (exception is SocketException or HttpRequestException
                || (exception is TaskCanceledException && !cancellation.IsCancellationRequested))
        {
            return false;
        }
    }
}
