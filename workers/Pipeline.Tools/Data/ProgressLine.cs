using System.Diagnostics;
using Pipeline.Data.Stages;

namespace Pipeline.Tools.Data;

/// <summary>Shows rows, MB/s and the time left on standard error, at most twice a second.</summary>
internal sealed class ProgressLine : IProgress<StageProgress>, IDisposable
{
    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private readonly bool _terminal = !Console.IsErrorRedirected;
    private long _shownAt = -500;
    private string _phase = "";
    private TimeSpan _phaseStart;
    private bool _open;

    public void Report(StageProgress value)
    {
        lock (_watch)
        {
            if (_phase != value.Phase)
            {
                (_phase, _phaseStart) = (value.Phase, _watch.Elapsed);
            }

            // Without a terminal a line every ten seconds is enough for a log.
            if (_watch.ElapsedMilliseconds - _shownAt < (_terminal ? 500 : 10_000))
            {
                return;
            }

            _shownAt = _watch.ElapsedMilliseconds;
            var text = $"{value.Stage} {value.Phase}: {value.Rows:N0} rows{Speed(value)}";
            if (_terminal)
            {
                Console.Error.Write($"\r{text,-78}");
                _open = true;
            }
            else
            {
                Console.Error.WriteLine(text);
            }
        }
    }

    // What a moment shows is no speed.
    private string Speed(StageProgress value)
    {
        var seconds = (_watch.Elapsed - _phaseStart).TotalSeconds;
        if (seconds < 0.3)
        {
            return "";
        }

        var rate = value.Bytes / seconds;
        var left = value.TotalBytes > value.Bytes && rate > 0
            ? $", {TimeSpan.FromSeconds((value.TotalBytes - value.Bytes) / rate):h\\:mm\\:ss} left" : "";
        return $", {rate / 1e6:F1} MB/s{left}";
    }

    public void Dispose()
    {
        if (_open)
        {
            Console.Error.WriteLine();
            _open = false;
        }
    }
}
