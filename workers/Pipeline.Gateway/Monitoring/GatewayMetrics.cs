using System.Diagnostics;
using System.Diagnostics.Metrics;
using Pipeline.Gateway.Adapters;
using Pipeline.Gateway.Routing;
using Pipeline.Gateway.Serving;
using Pipeline.Registry.Traffic;

namespace Pipeline.Gateway.Monitoring;

/// <summary>The gateway's instruments. Labels are names of the catalogue, never text of a request.</summary>
public sealed class GatewayMetrics : IAdapterCacheEvents, IDisposable
{
    private readonly Meter _meter = new(MetricNames.Meter);
    private readonly Counter<long> _requests;
    private readonly Histogram<double> _duration;
    private readonly Histogram<double> _firstToken;
    private readonly Histogram<double> _perToken;
    private readonly Histogram<double> _queue;
    private readonly Histogram<double> _entropy;
    private readonly Histogram<double> _loadSeconds;
    private readonly Counter<long> _tokens;
    private readonly Counter<long> _hits;
    private readonly Counter<long> _loads;
    private readonly Counter<long> _evictions;
    private readonly Counter<long> _failures;
    private readonly Counter<long> _alarms;

    /// <summary>Creates the instruments.</summary>
    public GatewayMetrics()
    {
        _requests = _meter.CreateCounter<long>(MetricNames.Requests, description: "answers by outcome");
        _duration = _meter.CreateHistogram<double>(MetricNames.Duration, "s", "arrival to the last token");
        _firstToken = _meter.CreateHistogram<double>(MetricNames.FirstToken, "s", "arrival to the first token");
        _perToken =
            _meter.CreateHistogram<double>(MetricNames.PerToken, "s", "mean time between the tokens of an answer");
        _queue = _meter.CreateHistogram<double>(MetricNames.Queue, "s", "wait for adapter and slot");
        _entropy = _meter.CreateHistogram<double>(MetricNames.Entropy, "nat", "mean token entropy of an answer");
        _loadSeconds = _meter.CreateHistogram<double>(MetricNames.AdapterLoadSeconds, "s", "time to load an adapter");
        _tokens = _meter.CreateCounter<long>(MetricNames.Tokens, description: "tokens by kind");
        _hits = _meter.CreateCounter<long>(MetricNames.AdapterHits);
        _loads = _meter.CreateCounter<long>(MetricNames.AdapterLoads);
        _evictions = _meter.CreateCounter<long>(MetricNames.AdapterEvictions);
        _failures = _meter.CreateCounter<long>(MetricNames.AdapterFailures);
        _alarms = _meter.CreateCounter<long>(MetricNames.Alarms);
    }

    /// <summary>Adds a number that is read when somebody looks.</summary>
    /// <param name="name">Name of the instrument.</param>
    /// <param name="read">Reads it.</param>
    public void Observe(string name, Func<double> read) => _meter.CreateObservableGauge(name, read);

    /// <summary>Adds the share of each candidate.</summary>
    /// <param name="states">The traffic states in force.</param>
    public void ObserveTraffic(Func<IEnumerable<TrafficState>> states) => _meter.CreateObservableGauge(
        MetricNames.CandidatePercent,
        () =>
            states().Select(
                state =>
                    new Measurement<double>(
                        state.CandidatePercent, new KeyValuePair<string, object?>(MetricNames.Alias, state.Alias))));

    /// <summary>Counts an answer.</summary>
    /// <param name="flow">What answered.</param>
    /// <param name="outcome">What it took.</param>
    /// <param name="promptTokens">Tokens of the prompt.</param>
    public void Count(ResolvedFlow flow, ChoiceOutcome outcome, int promptTokens)
    {
        var tags = Tags(flow);
        var counted = tags;
        counted.Add(MetricNames.Outcome, outcome.Finish);
        _requests.Add(1, counted);
        Add(_tokens, promptTokens, tags, "input");
        Add(_tokens, outcome.Tokens, tags, "output");
        if (outcome.FirstTokenSeconds is not { } first)
        {
            return;
        }

        _firstToken.Record(first, tags);
        _queue.Record(outcome.QueueSeconds, tags);
        _duration.Record(outcome.Seconds, tags);
        _entropy.Record(outcome.MeanEntropy, tags);
        if (outcome.Tokens > 1)
        {
            _perToken.Record((outcome.Seconds - first) / (outcome.Tokens - 1), tags);
        }
    }

    /// <summary>Counts an alarm.</summary>
    /// <param name="adapter">Adapter as <c>name@version</c>.</param>
    /// <param name="stream">What drifted.</param>
    public void Alarm(string adapter, string stream) =>
        _alarms.Add(1, new KeyValuePair<string, object?>(MetricNames.Adapter, adapter),
            new KeyValuePair<string, object?>(MetricNames.Kind, stream));

    /// <inheritdoc/>
    public void Hit(ServedAdapter adapter) =>
        _hits.Add(1, new KeyValuePair<string, object?>(MetricNames.Adapter, adapter.Name));

    /// <inheritdoc/>
    public void Loaded(ServedAdapter adapter, TimeSpan duration)
    {
        _loads.Add(1, new KeyValuePair<string, object?>(MetricNames.Adapter, adapter.Name));
        _loadSeconds.Record(duration.TotalSeconds);
    }

    /// <inheritdoc/>
    public void Evicted(ServedAdapter adapter) => _evictions.Add(1);

    /// <inheritdoc/>
    public void Failed(ServedAdapter adapter, Exception error) =>
        _failures.Add(1, new KeyValuePair<string, object?>(MetricNames.Adapter, adapter.Name));

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();

    private static void Add(Counter<long> counter, long count, TagList tags, string kind)
    {
        tags.Add(MetricNames.Kind, kind);
        counter.Add(count, tags);
    }

    private static TagList Tags(ResolvedFlow flow) => new()
    {
        { MetricNames.Adapter, flow.Adapter?.Name ?? "base" },
        { MetricNames.Version, flow.Adapter?.Version ?? "" },
        { MetricNames.Arm, flow.Traffic is null ? "" : flow.Arm == TrafficArmName.Candidate ? "candidate" : "stable" },
    };
}
