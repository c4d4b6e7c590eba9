namespace Pipeline.Data.Dedup;

/// <summary>The units that similarity is measured on.</summary>
public enum ShingleKind
{
    /// <summary>Runs of consecutive words of the normalised text; a shorter text is one shingle.</summary>
    Word,

    /// <summary>Runs of consecutive code points of the normalised text, punctuation and spaces kept.</summary>
    Character,
}
