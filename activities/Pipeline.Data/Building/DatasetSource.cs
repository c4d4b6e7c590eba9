using Pipeline.Data.Formats;

namespace Pipeline.Data.Building;

/// <summary>One part of the mixture.</summary>
/// <param name="Name">Name in the card, in row ids and in messages.</param>
/// <param name="Files">JSONL, JSON, CSV, Parquet or text files, also compressed; read in this order.</param>
public sealed record DatasetSource(string Name, IReadOnlyList<string> Files)
{
    /// <summary>
    /// Shape of the rows; null finds it and refuses mixtures. Of preference rows only the chosen answers are learned,
    /// and only when named here.
    /// </summary>
    public DataFormat? Format { get; init; }

    /// <summary>Explicit mapping for rows of no known shape; replaces <see cref="Format"/>.</summary>
    public FieldMapping? Map { get; init; }

    /// <summary>Most rows to take; null takes all.</summary>
    public int? Rows { get; init; }

    /// <summary>
    /// Share of the source among the task sources that have a weight; null takes what <see cref="Rows"/> says.
    /// </summary>
    public double? Weight { get; init; }

    /// <summary>
    /// Whether these are general-domain rehearsal rows, mixed in by <see cref="DatasetRecipe.ReplayShare"/>.
    /// </summary>
    public bool Replay { get; init; }

    /// <summary>Licence of the texts, for the card.</summary>
    public string? Licence { get; init; }
}
