using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace Pipeline.Hosting.Telemetry;

/// <summary>Collects the product's meters and writes them in the Prometheus text exposition format 0.0.4.</summary>
/// <remarks>
/// Counters become <c>_total</c>, gauges stay, histograms become <c>_bucket</c>/<c>_sum</c>/<c>_count</c> with fixed
/// bounds in the instrument's unit.
/// </remarks>
public sealed class PrometheusText : IDisposable
{
    private static readonly double[] Bounds =
        [.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 300, 1800];

    private readonly ConcurrentDictionary<(Instrument Instrument, string Labels), Series> _series = new();
    private readonly MeterListener _listener = new();

    /// <summary>Starts to listen.</summary>
    /// <param name="meterPrefix">Meters whose name starts with this are exported.</param>
    public PrometheusText(string meterPrefix = "Pipeline")
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name.StartsWith(meterPrefix, StringComparison.Ordinal))
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Record(instrument, value, tags));
        _listener.SetMeasurementEventCallback<float>((instrument, value, tags, _) => Record(instrument, value, tags));
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Record(instrument, value, tags));
        _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Record(instrument, value, tags));
        _listener.Start();
    }

    /// <summary>The page.</summary>
    /// <returns>Text with one line for each sample.</returns>
    public string Render()
    {
        _listener.RecordObservableInstruments();
        var page = new StringBuilder();
        foreach (var group in _series.GroupBy(pair => pair.Key.Instrument)
            .OrderBy(group => group.Key.Name, StringComparer.Ordinal))
        {
            var name = group.Key.Name.Replace('.', '_').Replace('-', '_');
            page.Append("# TYPE ").Append(name).Append(' ').Append(Kind(group.Key)).Append('\n');
            foreach (var ((_, labels), series) in group.OrderBy(pair => pair.Key.Labels, StringComparer.Ordinal))
            {
                series.Write(page, name, labels);
            }
        }

        return page.ToString();
    }

    /// <inheritdoc/>
    public void Dispose() => _listener.Dispose();

    private static string Kind(Instrument instrument)
    {
        var type = instrument.GetType().Name;
        return type.StartsWith("Histogram", StringComparison.Ordinal) ? "histogram"
            : type.Contains("Gauge", StringComparison.Ordinal) || type.Contains("UpDown", StringComparison.Ordinal)
            ? "gauge" : "counter";
    }

    // Observable instruments and gauges report their value; counters, up-down counters and histograms report
    // increments.
    private static bool IsAbsolute(Instrument instrument) =>
        instrument.IsObservable || instrument.GetType().Name.StartsWith("Gauge", StringComparison.Ordinal);

    private static string Labels(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var text = new StringBuilder();
        foreach (var (key, value) in tags)
        {
            var escaped = Convert.ToString(value, CultureInfo.InvariantCulture)?
                .Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)
                .Replace("\n", "\\n", StringComparison.Ordinal);
            text.Append(text.Length == 0 ? "" : ",").Append(key.Replace('.', '_')).Append("=\"").Append(escaped)
                .Append('"');
        }

        return text.ToString();
    }

    private void Record(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
        _series.GetOrAdd(
            (instrument, Labels(tags)), key => new Series(Kind(key.Instrument), IsAbsolute(key.Instrument))).Add(value);

    private sealed class Series(string kind, bool absolute)
    {
        private readonly long[] _buckets = new long[Bounds.Length + 1];
        private readonly Lock _lock = new();
        private double _value;
        private long _count;

        public void Add(double value)
        {
            lock (_lock)
            {
                _value = absolute ? value : _value + value;
                _count++;
                if (kind == "histogram")
                {
                    var bucket = Array.FindIndex(Bounds, bound => value <= bound);
                    _buckets[bucket < 0 ? Bounds.Length : bucket]++;
                }
            }
        }

        public void Write(StringBuilder page, string name, string labels)
        {
            lock (_lock)
            {
                if (kind != "histogram")
                {
                    Line(page, kind == "counter" ? name + "_total" : name, labels, _value);
                    return;
                }

                var cumulative = 0L;
                for (var i = 0; i < _buckets.Length; i++)
                {
                    cumulative += _buckets[i];
                    var bound = i < Bounds.Length ? Bounds[i].ToString(CultureInfo.InvariantCulture) : "+Inf";
                    Line(page, name + "_bucket", (labels.Length > 0 ? labels + "," : "") + $"le=\"{bound}\"",
                        cumulative);
                }

                Line(page, name + "_sum", labels, _value);
                Line(page, name + "_count", labels, _count);
            }
        }

        private static void Line(StringBuilder page, string name, string labels, double value) =>
            page.Append(name).Append(labels.Length > 0 ? $"{{{labels}}}" : "").Append(' ')
                .Append(value.ToString(CultureInfo.InvariantCulture)).Append('\n');
    }
}
