using System.Globalization;
using System.Runtime.InteropServices;

namespace Pipeline.Llm.Training.Tests.Memory;

/// <summary>Resident memory of this process, as the kernel counts it.</summary>
internal static class ProcessMemory
{
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

    [DllImport("libc", EntryPoint = "malloc_trim")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Trim(nint pad);

    private static double Status(string field) => 1024.0 * long.Parse(
        File.ReadLines("/proc/self/status").First(line => line.StartsWith(field, StringComparison.Ordinal))
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
}
