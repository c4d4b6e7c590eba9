using System.Text.Json;
using Pipeline.Workflows.Contracts;

namespace Pipeline.Activities.Deployment;

/// <summary>What gateways say about the arms of a route, summed over all of them.</summary>
internal static class ReportedTraffic
{
    public static async Task<CanaryMeasurement> ReadAsync(
        GatewayConnection gateways, string route, CancellationToken cancellation)
    {
        var (stable, candidate) = (new List<ArmMeasurement>(), new List<ArmMeasurement>());
        foreach (var gateway in gateways.Addresses)
        {
            var report = await gateways.ArmsAsync(gateway, route, cancellation);
            stable.Add(Arm(report, "stable"));
            candidate.Add(Arm(report, "candidate"));
        }

        return new CanaryMeasurement(Join(stable), Join(candidate));
    }

    private static ArmMeasurement Arm(JsonElement report, string name)
    {
        if (!report.TryGetProperty(name, out var arm) || arm.ValueKind != JsonValueKind.Object)
        {
            return new ArmMeasurement(0, 0, double.NaN, double.NaN);
        }

        var latency = arm.GetProperty("latency");
        return new ArmMeasurement(
            arm.GetProperty("requests").GetInt64(), arm.GetProperty("errors").GetInt64(),
            1000 * latency.GetProperty("p50").GetDouble(), 1000 * latency.GetProperty("p95").GetDouble());
    }

    // Quantiles of several gateways do not add up; the slowest one counts.
    private static ArmMeasurement Join(List<ArmMeasurement> parts) => new(
        parts.Sum(part => part.Requests), parts.Sum(part => part.Errors),
        parts.Where(part => part.Requests > 0).Select(part => part.MedianMilliseconds).DefaultIfEmpty(double.NaN).Max(),
        parts.Where(part => part.Requests > 0).Select(part => part.P95Milliseconds).DefaultIfEmpty(double.NaN).Max());
}
