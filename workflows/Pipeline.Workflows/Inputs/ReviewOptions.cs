namespace Pipeline.Workflows.Inputs;

/// <summary>How people look at rows before training.</summary>
public sealed record ReviewOptions
{
    /// <summary>Rows drawn for people to read.</summary>
    /// <value>The default is 100.</value>
    public int Rows { get; init; } = 100;

    /// <summary>Reason for which the review is waived; empty asks people.</summary>
    /// <value>The default says that the demo data is public.</value>
    public string WaivedBecause { get; init; } = "public package metadata, reviewed with the recipe";

    /// <summary>Time until an unanswered review is taken for refused.</summary>
    /// <value>The default is 14 days.</value>
    public TimeSpan RejectAfter { get; init; } = TimeSpan.FromDays(14);
}
