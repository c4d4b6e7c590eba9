using Pipeline.Gateway.Access;
using Pipeline.Gateway.Api;
using Pipeline.Gateway.Routing;

namespace Pipeline.Gateway.Serving;

/// <summary>A request that was admitted and resolved.</summary>
/// <param name="Head">What every event repeats.</param>
/// <param name="Caller">Who asks.</param>
/// <param name="Call">The request.</param>
/// <param name="Flow">What answers.</param>
/// <param name="Plans">The answers to generate.</param>
public sealed record RequestContext(
    ResponseHead Head, Caller Caller, CompletionCall Call, ResolvedFlow Flow, IReadOnlyList<CompletionPlan> Plans)
{
    /// <summary>Tokens of all prompts; several answers to one prompt count it once.</summary>
    public int PromptTokens => Plans.Where(plan => plan.Index % Call.Count == 0).Sum(plan => plan.Prompt.Length);
}
