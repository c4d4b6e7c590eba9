using System.Diagnostics;

namespace Pipeline.Llm.Training;

/// <summary>Largest memory of this process.</summary>
public static class PeakMemory
{
    /// <summary>Reads the high-water mark of the resident memory.</summary>
    /// <returns>Bytes.</returns>
    public static long Bytes()
    {
        using var process = Process.GetCurrentProcess();
        return process.PeakWorkingSet64;
    }
}
