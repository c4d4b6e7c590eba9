namespace Pipeline.Data.Building;

/// <summary>Share of general-domain rehearsal in a built dataset, measured on what was built.</summary>
/// <param name="Rows">Rehearsal rows.</param>
/// <param name="Tokens">Rehearsal tokens.</param>
/// <param name="TotalRows">All rows.</param>
/// <param name="TotalTokens">All tokens.</param>
public sealed record ReplayShare(long Rows, long Tokens, long TotalRows, long TotalTokens)
{
    /// <summary>Share of the rows, 0 to 1.</summary>
    public double OfRows => TotalRows == 0 ? 0 : (double)Rows / TotalRows;

    /// <summary>Share of the tokens, 0 to 1.</summary>
    public double OfTokens => TotalTokens == 0 ? 0 : (double)Tokens / TotalTokens;

    /// <summary>Rehearsal rows to take so that they are a given share of the result.</summary>
    /// <param name="taskRows">Rows that are not rehearsal.</param>
    /// <param name="share">Wanted share of all rows, 0 to below 1.</param>
    /// <returns>Rows, rounded to the nearest.</returns>
    public static long RowsFor(long taskRows, double share)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(share);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(share, 1);
        return (long)Math.Round(taskRows * share / (1 - share));
    }

    /// <summary>A warning when the share of rows is outside 5 to 10 %.</summary>
    /// <returns>One sentence with both shares, or null.</returns>
    public string? Warning() => OfRows is >= 0.05 and <= 0.10
        ? null
        : $"general-domain rehearsal is {OfRows:P1} of the rows and {OfTokens:P1} of the tokens; 5–10 % of the rows "
            + $"protects against forgetting.";
}
