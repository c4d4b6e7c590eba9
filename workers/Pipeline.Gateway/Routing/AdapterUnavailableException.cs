using Pipeline.Gateway.Api;

namespace Pipeline.Gateway.Routing;

/// <summary>An arm was chosen whose adapter cannot be served; it counts as an error of that arm.</summary>
/// <param name="flow">The flow without its adapter.</param>
/// <param name="answer">What the client is told.</param>
public sealed class AdapterUnavailableException(ResolvedFlow flow, ApiException answer) : Exception(answer.Message)
{
    /// <summary>The flow without its adapter.</summary>
    public ResolvedFlow Flow { get; } = flow;

    /// <summary>What the client is told.</summary>
    public ApiException Answer { get; } = answer;
}
