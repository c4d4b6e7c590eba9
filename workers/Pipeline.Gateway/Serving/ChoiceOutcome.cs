namespace Pipeline.Gateway.Serving;

/// <summary>What one answer took; filled in while it runs.</summary>
public sealed class ChoiceOutcome
{
    /// <summary>Generated tokens, the stop token not counted.</summary>
    public int Tokens { get; set; }

    /// <summary>Prompt tokens found in the prefix cache.</summary>
    public int CachedTokens { get; set; }

    /// <summary>Seconds from the arrival of the request to the first token; null before it.</summary>
    public double? FirstTokenSeconds { get; set; }

    /// <summary>Seconds from the arrival of the request to the end.</summary>
    public double Seconds { get; set; }

    /// <summary>Seconds that the answer waited for its adapter and its slot.</summary>
    public double QueueSeconds { get; set; }

    /// <summary>Sum of the tokens' entropies, nats.</summary>
    public double EntropySum { get; set; }

    /// <summary>How it ended: <c>stop</c>, <c>length</c>, <c>cancelled</c> or <c>error</c>.</summary>
    public string Finish { get; set; } = "cancelled";

    /// <summary>Mean entropy of the answer's tokens, nats; NaN without tokens.</summary>
    public double MeanEntropy => Tokens == 0 ? double.NaN : EntropySum / Tokens;
}
