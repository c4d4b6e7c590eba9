namespace Pipeline.Data.Dedup;

/// <summary>Which row of a cluster stays.</summary>
public enum KeepPolicy
{
    /// <summary>The smallest row id, digits by value; does not depend on the order of the input.</summary>
    First,

    /// <summary>The most code points of text; the smallest id on a tie.</summary>
    Longest,

    /// <summary>
    /// The highest value of the score field; rows without one come last, the smallest id decides a tie.
    /// </summary>
    BestScore,
}
