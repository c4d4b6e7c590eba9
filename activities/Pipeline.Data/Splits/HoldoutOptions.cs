namespace Pipeline.Data.Splits;

/// <summary>How rows are held out before any cleaning.</summary>
public sealed record HoldoutOptions
{
    /// <summary>Share of the raw rows, at least 0.10 and below 1.</summary>
    /// <value>0.10</value>
    public double Fraction { get; init; } = 0.10;

    /// <summary>Seed of the draw.</summary>
    public long Seed { get; init; } = 1;

    /// <summary>
    /// Field of the row itself whose values are drawn from in proportion, such as <c>section</c>; null draws from all
    /// rows.
    /// </summary>
    public string? StratifyBy { get; init; }
}
