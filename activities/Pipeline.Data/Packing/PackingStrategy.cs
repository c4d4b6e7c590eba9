namespace Pipeline.Data.Packing;

/// <summary>How sequences are put into rows of a fixed length.</summary>
public enum PackingStrategy
{
    /// <summary>
    /// Best fit by decreasing length; a longer sequence is cut and the rest is lost, which the plan counts.
    /// </summary>
    BestFit,

    /// <summary>Best fit by decreasing length; a longer sequence is split first, so that no token is lost.</summary>
    BestFitSplit,

    /// <summary>
    /// Sequences one after the other, cut wherever a row is full. Attention crosses sequences: for pre-training only.
    /// </summary>
    Wrapped,
}
