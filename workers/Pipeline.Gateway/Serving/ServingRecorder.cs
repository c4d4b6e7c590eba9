using Pipeline.Gateway.Monitoring;
using Pipeline.Gateway.Routing;

namespace Pipeline.Gateway.Serving;

/// <summary>Tells everybody who counts that an answer ended.</summary>
/// <param name="metrics">Instruments.</param>
/// <param name="arms">Arms of rollouts.</param>
/// <param name="drift">Drift monitors.</param>
/// <param name="report">Report of the routing rules.</param>
public sealed class ServingRecorder(GatewayMetrics metrics, ArmBoard arms, DriftBoard drift, RoutingReport report)
{
    /// <summary>Records an answer.</summary>
    /// <param name="flow">What answered.</param>
    /// <param name="outcome">What it took.</param>
    /// <param name="promptTokens">Tokens of the prompt.</param>
    public void Record(ResolvedFlow flow, ChoiceOutcome outcome, int promptTokens)
    {
        metrics.Count(flow, outcome, promptTokens);
        if (outcome.Finish == "cancelled")
        {
            return;
        }

        var failed = outcome.Finish == "error";
        if (flow.Traffic is { } state)
        {
            arms.Count(state, flow.Arm, failed, outcome.Seconds, outcome.MeanEntropy);
        }

        if (!failed)
        {
            drift.Observe(flow, outcome, promptTokens);
            report.Count(flow.Rule ?? "named", flow.Model, promptTokens + outcome.Tokens);
        }
    }

    /// <summary>Records an embedding; it has no answer whose length or entropy could drift.</summary>
    /// <param name="flow">What answered.</param>
    /// <param name="seconds">Seconds from the arrival of the request.</param>
    /// <param name="tokens">Tokens of the text.</param>
    /// <param name="failed">Whether the server failed it.</param>
    public void RecordEmbedding(ResolvedFlow flow, double seconds, int tokens, bool failed)
    {
        metrics.Count(flow, new ChoiceOutcome { Finish = failed ? "error" : "embedding", Seconds = seconds }, tokens);
        if (flow.Traffic is { } state)
        {
            arms.Count(state, flow.Arm, failed, seconds, double.NaN);
        }

        if (!failed)
        {
            report.Count(flow.Rule ?? "named", flow.Model, tokens);
        }
    }

    /// <summary>Records that an arm could not even begin.</summary>
    /// <param name="flow">What should have answered.</param>
    public void RecordUnavailable(ResolvedFlow flow) => Record(flow, new ChoiceOutcome { Finish = "error" }, 0);
}
