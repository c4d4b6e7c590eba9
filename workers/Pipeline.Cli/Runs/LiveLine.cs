using System.Diagnostics;
using Pipeline.Workflows.Contracts;

namespace Pipeline.Cli.Runs;

/// <summary>One line on standard error that is written over and over; without a terminal, a line every ten seconds.</summary>
internal sealed class LiveLine
{
    private const int BarLength = 24;
    private static readonly TimeSpan LogInterval = TimeSpan.FromSeconds(10);
    private readonly bool _terminal = !Console.IsErrorRedirected;
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private TimeSpan _last = -LogInterval;
    private bool _open;

    public void Show(string stage, DateTime? began, ActivityProgress? progress)
    {
        var elapsed = began is { } start ? DateTime.UtcNow - start : TimeSpan.Zero;
        if (!_terminal && (_clock.Elapsed - _last < LogInterval || elapsed < LogInterval))
        {
            return;
        }

        _last = _clock.Elapsed;
        var text = progress is { Total: > 0 } ? $"{Bar(progress)} {progress.Text}{Left(progress, elapsed)}" : progress?.Text;
        var line = $"{stage,-13} {elapsed.TotalSeconds,7:0} s  {text}";
        if (_terminal)
        {
            Console.Error.Write($"\r{(line.Length > 118 ? line[..118] : line).PadRight(118)}");
            _open = true;
        }
        else
        {
            Console.Error.WriteLine(line);
        }
    }

    public void Clear()
    {
        if (_open)
        {
            Console.Error.Write($"\r{new string(' ', 118)}\r");
            _open = false;
        }
    }

    private static string Bar(ActivityProgress progress)
    {
        var full = (int)Math.Clamp(BarLength * progress.Done / progress.Total, 0, BarLength);
        return $"{new string('█', full)}{new string('░', BarLength - full)} {100 * progress.Done / progress.Total,3:0} %";
    }

    private static string Left(ActivityProgress progress, TimeSpan elapsed) =>
        progress.Done > 0 && !progress.Text.Contains("left", StringComparison.Ordinal)
            ? $", {TimeSpan.FromSeconds(Math.Min(86400, elapsed.TotalSeconds * ((progress.Total / progress.Done) - 1))):h\\:mm\\:ss} left" : "";
}
