using System.Diagnostics;
using System.Runtime.InteropServices;
using Pipeline.Cli.Services;

namespace Pipeline.Cli;

/// <summary>
/// Runs the executable of a verb in place of this one: signals are its business, and this process ends after it with
/// its exit code.
/// </summary>
internal static class ForegroundProcess
{
    public static async Task<int> RunAsync(string program, IEnumerable<string> arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { UseShellExecute = false })
            ?? throw new InvalidOperationException($"{program} did not start");
        // A terminal sends Ctrl-C to both processes; whoever ends this one alone means the other.
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => signal.Cancel = true);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal =>
        {
            signal.Cancel = true;
            ServiceProcess.Terminate(process.Id);
        });
        await process.WaitForExitAsync();
        return process.ExitCode;
    }
}
