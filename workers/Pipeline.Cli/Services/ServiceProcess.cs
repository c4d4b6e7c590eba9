using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Pipeline.Cli.Services;

/// <summary>Starts, watches and ends one process of the deployment; its output goes to a log file.</summary>
internal static class ServiceProcess
{
    private const int TerminateSignal = 15;

    public static string LogOf(string name) =>
        Path.Combine(Directory.CreateDirectory(Path.Combine(Checkout.State, "logs")).FullName, $"{name}.log");

    /// <summary>Starts a process in a session of its own, so that Ctrl-C in this terminal does not reach it.</summary>
    /// <remarks>
    /// The shell only redirects and replaces itself; program and arguments are its positional parameters, never its
    /// text.
    /// </remarks>
    public static Process Start(ServiceSpec spec)
    {
        var start = new ProcessStartInfo("setsid") { UseShellExecute = false, WorkingDirectory = Checkout.Root };
        foreach (var argument in new[] { "sh", "-c", "log=$1; shift; exec \"$@\" </dev/null >>\"$log\" 2>&1", "sh",
            LogOf(spec.Name), spec.Program }.Concat(spec.Arguments))
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment["PIPELINE_ROOT"] = Checkout.Root;
        foreach (var (name, value) in spec.Environment)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start) ?? throw new InvalidOperationException($"{spec.Name} did not start");
    }

    /// <summary>Asks a process to end; one that has ended already is no error.</summary>
    public static void Terminate(int pid) => _ = Kill(pid, TerminateSignal);

    /// <summary>Asks a process to end and waits for it.</summary>
    /// <returns>True when it ended.</returns>
    public static async Task<bool> StopAsync(int pid, TimeSpan patience, Func<bool> running)
    {
        Terminate(pid);
        var clock = Stopwatch.StartNew();
        while (running() && clock.Elapsed < patience)
        {
            await Task.Delay(100);
        }

        return !running();
    }

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern int Kill(int pid, int signal);
}
