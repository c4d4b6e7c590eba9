namespace Pipeline.Data.Labels;

/// <summary>Which end-of-turn tokens are learned.</summary>
public enum TrainOnEos
{
    /// <summary>The one at the end of each trained turn.</summary>
    Turn,

    /// <summary>Those of all turns, also of turns that are not trained.</summary>
    All,

    /// <summary>Only the one at the end of the last trained turn.</summary>
    Last,
}
