using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using Pipeline.Cli.Services;

namespace Pipeline.Cli;

/// <summary>Runs other programs: arguments as a list, never through a shell.</summary>
internal static class ChildProcess
{
    /// <summary>Runs with this process's own input and output.</summary>
    public static async Task<int> RunAsync(
        string program, IEnumerable<string> arguments, CancellationToken cancellation = default)
    {
        using var process = Start(new ProcessStartInfo(program, arguments) { UseShellExecute = false });
        await WaitAsync(process, cancellation);
        return process.ExitCode;
    }

    /// <summary>
    /// Runs the executable of a verb in place of this one: signals are its business, and this process ends after it.
    /// </summary>
    public static async Task<int> RunInPlaceAsync(string program, IEnumerable<string> arguments)
    {
        using var process = Start(new ProcessStartInfo(program, arguments) { UseShellExecute = false });
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

    /// <summary>Runs and collects what is printed.</summary>
    public static async Task<(int ExitCode, string Output)> CaptureAsync(
        string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null,
        CancellationToken cancellation = default)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            WorkingDirectory = Checkout.Root,
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        using var process = Start(start);
        process.StandardInput.Close();
        var output = new StringBuilder();
        process.OutputDataReceived += (_, line) => Append(output, line.Data);
        process.ErrorDataReceived += (_, line) => Append(output, line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        await WaitAsync(process, cancellation);
        return (process.ExitCode, output.ToString());
    }

    private static Process Start(ProcessStartInfo start) =>
        Process.Start(start) ?? throw new InvalidOperationException($"{start.FileName} did not start");

    private static void Append(StringBuilder output, string? line)
    {
        if (line is not null)
        {
            lock (output)
            {
                output.AppendLine(line);
            }
        }
    }

    private static async Task WaitAsync(Process process, CancellationToken cancellation)
    {
        try
        {
            await process.WaitForExitAsync(cancellation);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }
}
