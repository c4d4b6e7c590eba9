using System.Globalization;
using TorchSharp;

namespace Pipeline.Llm.Models;

/// <summary>
/// Chooses how many threads one CPU operator uses; libtorch itself counts cores and finds 1 on a small virtual machine.
/// </summary>
public static class CpuThreads
{
    private const string Variable = "OMP_NUM_THREADS";

    /// <summary>Sets the number of threads for the whole process.</summary>
    /// <param name="requested">Threads, or null for <c>OMP_NUM_THREADS</c>, else the processors that this process may
    /// use.</param>
    /// <returns>The number, and a line that says where it comes from.</returns>
    public static (int Count, string Reason) Choose(int? requested)
    {
        var (count, origin) = requested is { } asked
            ? (asked, "asked for")
            : int.TryParse(Environment.GetEnvironmentVariable(Variable), CultureInfo.InvariantCulture, out var named)
                && named > 0
                ? (named, Variable)
                : (Environment.ProcessorCount, "processors of this process");
        if (count < 1)
        {
            throw new ArgumentOutOfRangeException(nameof(requested), requested, "threads must be at least 1");
        }

        if (torch.get_num_threads() != count)
        {
            torch.set_num_threads(count);
        }

        return (count, $"CPU threads: {count} ({origin}; {Environment.ProcessorCount} processors)");
    }
}
