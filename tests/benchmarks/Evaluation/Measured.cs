using System.Diagnostics;

namespace Benchmarks.Evaluation;

/// <summary>Times of an action. Processor time counts where the machine may be shared.</summary>
/// <param name="Processor">Seconds of processor time of the process.</param>
/// <param name="Wall">Seconds that passed.</param>
internal sealed record Measured(double Processor, double Wall)
{
    public static Measured Of(Action action)
    {
        using var process = Process.GetCurrentProcess();
        var (before, start) = (process.TotalProcessorTime, Stopwatch.GetTimestamp());
        action();
        var wall = Stopwatch.GetElapsedTime(start).TotalSeconds;
        process.Refresh();
        return new((process.TotalProcessorTime - before).TotalSeconds, wall);
    }
}
