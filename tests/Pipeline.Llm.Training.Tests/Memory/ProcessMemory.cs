using System.Globalization;
using System.Runtime.InteropServices;

namespace Pipeline.Llm.Training.Tests.Memory;

/// <summary>Resident memory of this process, as the kernel counts it.</summary>
internal static class ProcessMemory
{
    // Large pieces come from the kernel and go back to it at once, so that what is freed does not count.
    private const int MapThreshold = -3;

    static ProcessMemory() => _ = SetOption(MapThreshold, 128 * 1024);

    /// <summary>Bytes now.</summary>
    public static double Now => Status("VmRSS");

    /// <summary>Largest number of bytes since <see cref="Reset"/>.</summary>
    public static double Peak => Status("VmHWM");

    /// <summary>Forgets the peak so far; what the allocators hold for later goes back first.</summary>
    /// <returns>Bytes now.</returns>
    public static double Reset()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        _ = Trim(0);
        File.WriteAllText("/proc/self/clear_refs", "5");
        return Now;
    }

    [DllImport("libc", EntryPoint = "mallopt")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SetOption(int option, int value);

    [DllImport("libc", EntryPoint = "malloc_trim")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Trim(nint pad);

    private static double Status(string field) => 1024.0 * long.Parse(
        File.ReadLines("/proc/self/status").First(line => line.StartsWith(field, StringComparison.Ordinal))
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
}
