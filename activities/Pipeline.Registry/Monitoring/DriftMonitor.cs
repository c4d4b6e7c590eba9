using Pipeline.Statistics;

namespace Pipeline.Registry.Monitoring;

/// <summary>
/// Learns a baseline of a stream of numbers and raises one alarm when the stream shifts for good. Not safe for several
/// threads.
/// </summary>
/// <param name="stream">Name for alarms.</param>
/// <param name="options">Windows and thresholds; null takes the defaults.</param>
/// <param name="time">Clock; null takes the system's.</param>
public sealed class DriftMonitor(string stream, DriftOptions? options = null, TimeProvider? time = null)
{
    private readonly DriftOptions _options = options ?? new DriftOptions();
    private readonly List<double> _baseline = [];
    private readonly List<double> _window = [];
    private MetricSummary _summary;
    private int _shifted;
    private int _calm;

    /// <summary>Whether an alarm was raised and the stream has not calmed down since.</summary>
    public bool IsRaised { get; private set; }

    /// <summary>Takes an observation.</summary>
    /// <param name="value">A number; what is not finite is ignored.</param>
    /// <returns>An alarm at the moment it is raised, else null.</returns>
    public DriftAlarm? Observe(double value)
    {
        if (!double.IsFinite(value))
        {
            return null;
        }

        if (_baseline.Count < _options.BaselineSize)
        {
            _baseline.Add(value);
            _summary = _summary.Add(value);
            return null;
        }

        _window.Add(value);
        if (_window.Count < _options.WindowSize)
        {
            return null;
        }

        var alarm = Judge(MetricSummary.Of(_window));
        _window.Clear();
        return alarm;
    }

    private DriftAlarm? Judge(MetricSummary window)
    {
        var variance = Math.Max(_summary.Variance, 1e-18);
        var error = Math.Sqrt((variance / window.Count) + (variance / _summary.Count));
        var distance = (window.Mean - _summary.Mean) / error;
        var index = Drift.StabilityIndex(_baseline, _window);
        var shifted = Math.Abs(distance) >= _options.MeanThreshold
            || (index >= _options.IndexThreshold
                && KolmogorovSmirnov.ExactP(_baseline, _window) <= _options.PValueThreshold);
        (_shifted, _calm) = shifted ? (_shifted + 1, 0) : (0, _calm + 1);
        if (IsRaised)
        {
            IsRaised = _calm < _options.ClearAfter;
            return null;
        }

        if (_shifted < _options.RaiseAfter)
        {
            return null;
        }

        IsRaised = true;
        return new DriftAlarm(
            stream, (time ?? TimeProvider.System).GetUtcNow(), _summary.Mean, window.Mean, distance, index);
    }
}
