using Pipeline.Gateway.Api;
using Pipeline.Gateway.Routing;
using Pipeline.Llm.Generation;

namespace Pipeline.Gateway.Serving;

/// <summary>One answer that is to be generated.</summary>
public sealed record CompletionPlan
{
    /// <summary>The request.</summary>
    public required CompletionCall Call { get; init; }

    /// <summary>What answers.</summary>
    public required ResolvedFlow Flow { get; init; }

    /// <summary>Id of the client, for the queue.</summary>
    public required string ClientId { get; init; }

    /// <summary>Token ids of the prompt.</summary>
    public required int[] Prompt { get; init; }

    /// <summary>How to choose tokens.</summary>
    public required SamplingOptions Sampling { get; init; }

    /// <summary>Place of the answer in the response.</summary>
    public int Index { get; init; }

    /// <summary>When the request arrived, in ticks of the clock.</summary>
    public long Arrived { get; init; }
}
