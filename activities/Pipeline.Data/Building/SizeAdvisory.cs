namespace Pipeline.Data.Building;

/// <summary>Advice on the number of rows. It never blocks a build.</summary>
public static class SizeAdvisory
{
    /// <summary>Compares a row count with the usual ranges.</summary>
    /// <param name="rows">Rows of the built dataset.</param>
    /// <param name="domain">True for a narrow domain adaptation (100 to 500 rows), false for a task (1,000 to
    /// 5,000).</param>
    /// <returns>One sentence that quotes the rule, or null inside the range.</returns>
    public static string? Of(long rows, bool domain)
    {
        var (low, high, what) = domain
            ? (100L, 500L, "100–500 examples for a domain") : (1_000L, 5_000L, "1,000–5,000 examples for a task");
        if (rows >= low && rows <= high) return null;
        return $"{rows} rows are {(rows < low ? "below" : "above")} the rule of thumb of {what}; this is advice, not "
            + $"a limit.";
    }
}
