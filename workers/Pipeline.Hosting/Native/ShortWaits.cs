using System.Runtime.InteropServices;

namespace Pipeline.Hosting.Native;

/// <summary>Makes threads of the tensor library go to sleep soon when they wait for each other.</summary>
/// <remarks>
/// By default they spin for milliseconds. Where another process wants the processors, a thread that spins uses up the
/// time that the one it waits for needs, and a training with two threads all but stands still. Figures:
/// tests/benchmarks/RESULTS.md.
/// </remarks>
public static class ShortWaits
{
    /// <summary>
    /// Environment variable of libgomp: rounds of spinning, tens of nanoseconds each. What is set already holds.
    /// </summary>
    public const string Variable = "GOMP_SPINCOUNT";

    // Long enough for the waits between well-balanced threads, so that a machine of its own loses nothing; far shorter
    // than a time slice.
    private const string Rounds = "3000";

    /// <summary>
    /// Sets the variable where native code looks for it; called before anything loads the tensor library, which reads
    /// it once.
    /// </summary>
    public static void Enable()
    {
        // Environment.SetEnvironmentVariable changes a copy that native libraries never see. OMP_WAIT_POLICY is the
        // standard's own way to choose.
        var chosen = Environment.GetEnvironmentVariable("OMP_WAIT_POLICY") is { Length: > 0 };
        if (OperatingSystem.IsLinux() && !chosen && SetVariable(Variable, Rounds, overwrite: 0) != 0)
        {
            throw new InvalidOperationException($"{Variable} cannot be set (error {Marshal.GetLastPInvokeError()})");
        }
    }

    [DllImport("libc", EntryPoint = "setenv", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern int SetVariable(
        [MarshalAs(UnmanagedType.LPUTF8Str)] string name, [MarshalAs(UnmanagedType.LPUTF8Str)]
        string value, int overwrite);
}
