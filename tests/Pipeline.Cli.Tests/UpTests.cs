using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Pipeline.Cli.Tests.Support;

namespace Pipeline.Cli.Tests;

/// <summary><c>up</c> returns when everything answers, and not before.</summary>
[Trait("Tier", "e2e")]
public sealed class UpTests
{
    [Fact]
    public async Task Up_ListOfProcessesNotWrittenYet_Waits()
    {
        await using var deployment = new OneDeployment();
        var run = Directory.CreateDirectory(deployment.Folder("state", "run")).FullName;
        var health = Path.Combine(run, "health.txt");
        await File.WriteAllTextAsync(Path.Combine(run, "supervisor.pid"), ThisProcess());
        await File.WriteAllTextAsync(health, "");
        using var service = new TcpListener(IPAddress.Loopback, 0);
        service.Start();

        var up = deployment.RunAsync("up");
        await Task.Delay(TimeSpan.FromSeconds(3), TestContext.Current.CancellationToken);
        up.IsCompleted.ShouldBeFalse();
        await File.WriteAllTextAsync(health, $"engine tcp://127.0.0.1:{((IPEndPoint)service.LocalEndpoint).Port}\n");
        (await up).Code.ShouldBe(0);
    }

    [Fact]
    public async Task Up_TwiceAtOnce_StartsOneSupervisor()
    {
        await using var deployment = new OneDeployment();
        await Task.WhenAll(deployment.UpAsync(), deployment.RunAsync("up"));
        Supervisors(deployment.Folder("state")).ShouldBe(1);
    }

    // The id and the start time, as the pid files have them.
    private static string ThisProcess()
    {
        var stat = File.ReadAllText("/proc/self/stat");
        return $"{Environment.ProcessId} {stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[19]}";
    }

    private static int Supervisors(string state) => Directory.EnumerateDirectories("/proc")
        .Where(folder => int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out _))
        .Count(folder => Read(folder, "cmdline").Contains("\0supervise", StringComparison.Ordinal)
            && Read(folder, "environ").Contains($"PIPELINE_STATE={state}\0", StringComparison.Ordinal));

    private static string Read(string folder, string name)
    {
        try
        {
            return File.ReadAllText(Path.Combine(folder, name));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    private sealed class OneDeployment : CliDeployment;
}
