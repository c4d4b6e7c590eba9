using System.Diagnostics;
using System.Reflection;

namespace Pipeline.EndToEnd.Tests;

/// <summary>Runs a scenario of this assembly in a network namespace of its own: loopback, and nothing else.</summary>
internal static class WithoutNetwork
{
    /// <summary>Runs the explicit test; on a machine without namespaces, with the network that there is.</summary>
    /// <param name="method">Full name of the test.</param>
    /// <returns>Exit code, output, and whether nothing could be reached.</returns>
    public static async Task<(int Code, string Output, bool Alone)> RunAsync(string method)
    {
        const string Enter = "ip link set lo up && ! getent hosts example.org && ";
        var alone = (await StartAsync("unshare", Namespace($"{Enter} true"))).Code == 0;
        var scenario = $"exec dotnet '{Assembly.GetExecutingAssembly().Location}' -noColor -noLogo -explicit only "
            + $"-method {method}";
        var (code, output) = alone
            ? await StartAsync("unshare", Namespace(Enter + scenario)) : await StartAsync("sh", ["-c", scenario]);
        return (code, output, alone);
    }

    private static string[] Namespace(string script) => ["--user", "--map-root-user", "--net", "sh", "-c", script];

    private static async Task<(int Code, string Output)> StartAsync(string program, string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments)
            {
                UseShellExecute = false,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            }) ?? throw new InvalidOperationException($"{program} did not start");
            var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken)
                + await error;
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            return (process.ExitCode, output);
        }
        catch (System.ComponentModel.Win32Exception missing)
        {
            return (127, missing.Message);
        }
    }
}
