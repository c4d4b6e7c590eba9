namespace Pipeline.Data.Labels;

/// <summary>What happens to a row above the maximal length.</summary>
public enum OverLength
{
    /// <summary>It is left out and counted.</summary>
    Drop,

    /// <summary>It loses its end; a row without a label left is dropped. Both are counted.</summary>
    KeepStart,

    /// <summary>It loses its start; a row without a label left is dropped. Both are counted.</summary>
    KeepEnd,

    /// <summary>The build fails.</summary>
    Raise,
}
