using Pipeline.Data.Stages;

namespace Pipeline.Data.Decontamination;

/// <summary>When a training row counts as overlapping with an evaluation item.</summary>
public sealed record DecontaminationOptions
{
    /// <summary>Fields of the training rows that are compared.</summary>
    public TextFields Fields { get; init; } = TextFields.Default;

    /// <summary>Words of a shared run that make a hit; 13 and 8 are the usual rules, and both may be given.</summary>
    /// <value>13</value>
    public IReadOnlyList<int> NGrams { get; init; } = [13];

    /// <summary>
    /// Whether an item of fewer words than the shortest run counts as one whole run; otherwise it is not looked for.
    /// </summary>
    /// <value>true</value>
    public bool ShortItemsWhole { get; init; } = true;

    /// <summary>Fewest words of an item that is looked for whole: single words occur everywhere.</summary>
    /// <value>4</value>
    public int MinimumWords { get; init; } = 4;

    /// <summary>Most rows that may be set aside before the stage stops.</summary>
    /// <value>1,000</value>
    public long QuarantineBudget { get; init; } = 1000;
}
