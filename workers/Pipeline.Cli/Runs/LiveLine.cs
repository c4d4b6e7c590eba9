using System.Diagnostics;
using Pipeline.Workflows.Contracts;

namespace Pipeline.Cli.Runs;

/// <summary>
/// One line on standard error that is written over and over; without a terminal, a line every ten seconds.
/// </summary>
internal sealed class LiveLine
{
    private const int BarLength = 24;
    private const int MostCharacters = 118;
    private static readonly TimeSpan LogInterval = TimeSpan.FromSeconds(10);
    private readonly bool _terminal = !Console.IsErrorRedirected;
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private TimeSpan _last = -LogInterval;
    private bool _open;
    private string _work = "";
    private double _first;
    private TimeSpan _since;

    // A longer line would wrap, and then it could not be written over.
    private static int Width => Console.WindowWidth is > 20 and var width
        ? Math.Min(MostCharacters, width - 1) : MostCharacters;

    public void Show(string stage, DateTime? began, ActivityProgress? progress)
    {
        var elapsed = began is { } start ? DateTime.UtcNow - start : TimeSpan.Zero;
        if (!_terminal && (_clock.Elapsed - _last < LogInterval || elapsed < LogInterval))
        {
            return;
        }

        _last = _clock.Elapsed;
        var text = progress is { Total: > 0 } ? $"{Bar(progress)} {progress.Text}{Left(progress)}" : progress?.Text;
        var line = $"{stage,-13} {elapsed.TotalSeconds,7:0} s  {text}";
        if (_terminal)
        {
            Console.Error.Write($"\r{(line.Length > Width ? line[..Width] : line).PadRight(Width)}");
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
            Console.Error.Write($"\r{new string(' ', Width)}\r");
            _open = false;
        }
    }

    private static string Bar(ActivityProgress progress)
    {
        var full = (int)Math.Clamp(BarLength * progress.Done / progress.Total, 0, BarLength);
        return $"{new string('█', full)}{new string('░', BarLength - full)} "
            + $"{100 * progress.Done / progress.Total,3:0} %";
    }

    // From what was seen of this work, not from the stage's beginning: a stage may do several things in turn.
    private string Left(ActivityProgress progress)
    {
        if (_work != progress.Stage || progress.Done < _first)
        {
            (_work, _first, _since) = (progress.Stage, progress.Done, _clock.Elapsed);
        }

        var (done, elapsed) = (progress.Done - _first, (_clock.Elapsed - _since).TotalSeconds);
        return done > 0 && progress.Done < progress.Total && !progress.Text.Contains("left", StringComparison.Ordinal)
            ? $", {TimeSpan.FromSeconds(Math.Min(86399, elapsed * (progress.Total - progress.Done) / done)):h\\:mm\\:ss} left" : "";
    }
}
