namespace Pipeline.Data.Ingest.Debian;

/// <summary>Which packages become rows.</summary>
public sealed record DebianSourceOptions
{
    /// <summary>
    /// Folder with apt's uncompressed <c>*_Packages</c> and <c>*_i18n_Translation-en</c> files
    /// (<c>Dir::State::lists</c>).
    /// </summary>
    public required string ListsFolder { get; init; }

    /// <summary>Only the most frequent sections of the train split are kept; 0 keeps all.</summary>
    /// <value>12, as in the demo task.</value>
    public int TopSections { get; init; } = 12;

    /// <summary>Splits to emit.</summary>
    /// <value>All three.</value>
    public IReadOnlySet<DebianSplit> Splits { get; init; } =
        new HashSet<DebianSplit> { DebianSplit.Train, DebianSplit.Holdout, DebianSplit.Test };

    /// <summary>Most rows to emit, a seeded sample that does not depend on file order; 0 emits all.</summary>
    public int MaxRows { get; init; }

    /// <summary>Seed of the sample.</summary>
    public long Seed { get; init; } = 1;

    /// <summary>Leaves transitional and dummy packages out: their descriptions say nothing about the section.</summary>
    /// <value>true</value>
    public bool SkipTransitional { get; init; } = true;
}
