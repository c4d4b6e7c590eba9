using System.Diagnostics;
using Pipeline.Tools;

namespace Pipeline.Evaluation.Tests.EndToEnd;

/// <summary>Runs a verb as people and scripts do.</summary>
internal static class Verb
{
    /// <summary>Runs the executable to its end.</summary>
    /// <param name="environment">Added to the environment.</param>
    /// <param name="arguments">Verb and options.</param>
    /// <returns>Exit code and what it wrote.</returns>
    public static async Task<(int Code, string Output, string Error)> RunAsync(
        IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(CommandRunner).Assembly.Location, .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment) start.Environment[name] = value;
        using var process = Process.Start(start) ?? throw new InvalidOperationException("dotnet did not start");
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, output, await error);
    }

    /// <summary>As above, in the test's own environment.</summary>
    public static Task<(int Code, string Output, string Error)> RunAsync(params string[] arguments) =>
        RunAsync(new Dictionary<string, string>(), arguments);
}
