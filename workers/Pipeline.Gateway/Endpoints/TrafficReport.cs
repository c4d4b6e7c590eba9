using Pipeline.Registry.Monitoring;
using Pipeline.Registry.Traffic;

namespace Pipeline.Gateway.Endpoints;

/// <summary>
/// What <c>GET /admin/traffic/ALIAS</c> answers: the state in force here, and what each arm did since it came.
/// </summary>
/// <param name="State">The state; its version proves what this gateway applies.</param>
/// <param name="Stable">Metrics of the stable arm.</param>
/// <param name="Candidate">Metrics of the candidate, or null without a rollout.</param>
public sealed record TrafficReport(TrafficState State, ArmMetrics Stable, ArmMetrics? Candidate);
