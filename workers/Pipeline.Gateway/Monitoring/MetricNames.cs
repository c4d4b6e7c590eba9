namespace Pipeline.Gateway.Monitoring;

/// <summary>
/// Names of the gateway's instruments and labels, in one place. Those that start with gen_ai follow OpenTelemetry's
/// conventions.
/// </summary>
internal static class MetricNames
{
    public const string Meter = "Pipeline.Gateway";
    public const string Requests = "pipeline.gateway.requests";
    public const string Duration = "gen_ai.server.request.duration";
    public const string FirstToken = "gen_ai.server.time_to_first_token";
    public const string PerToken = "gen_ai.server.time_per_output_token";
    public const string Tokens = "pipeline.gateway.tokens";
    public const string Queue = "pipeline.gateway.queue.duration";
    public const string Entropy = "pipeline.gateway.entropy";
    public const string Running = "pipeline.gateway.running";
    public const string Admitted = "pipeline.gateway.admitted";
    public const string CacheTokens = "pipeline.gateway.cache.tokens";
    public const string CacheBytes = "pipeline.gateway.cache.bytes";
    public const string PrefixHits = "pipeline.gateway.prefix.hits";
    public const string Resident = "pipeline.gateway.adapters.resident";
    public const string AdapterHits = "pipeline.gateway.adapter.hits";
    public const string AdapterLoads = "pipeline.gateway.adapter.loads";
    public const string AdapterLoadSeconds = "pipeline.gateway.adapter.load.duration";
    public const string AdapterEvictions = "pipeline.gateway.adapter.evictions";
    public const string AdapterFailures = "pipeline.gateway.adapter.failures";
    public const string Alarms = "pipeline.gateway.alarms";
    public const string CandidatePercent = "pipeline.gateway.traffic.candidate_percent";

    public const string Adapter = "adapter";
    public const string Version = "version";
    public const string Arm = "arm";
    public const string Outcome = "outcome";
    public const string Kind = "kind";
    public const string Alias = "alias";
}
