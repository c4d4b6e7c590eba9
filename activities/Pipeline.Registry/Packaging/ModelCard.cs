namespace Pipeline.Registry.Packaging;

/// <summary>One measured value for the card.</summary>
/// <param name="Task">Task, such as <c>mmlu</c>.</param>
/// <param name="Dataset">Data set and split.</param>
/// <param name="Metric">Metric, such as <c>accuracy</c>.</param>
/// <param name="Value">The value.</param>
public sealed record CardResult(string Task, string Dataset, string Metric, double Value);

/// <summary>What the card of a package says; it carries no time, so equal inputs give equal bytes.</summary>
public sealed record ModelCard
{
    /// <summary>Title.</summary>
    public required string Title { get; init; }

    /// <summary>What it is for, in a few sentences.</summary>
    public string Description { get; init; } = "";

    /// <summary>Base model, id and revision.</summary>
    public required Models.BaseModelRef Base { get; init; }

    /// <summary>What the package holds.</summary>
    public required PackageKind Kind { get; init; }

    /// <summary>Licence expression.</summary>
    public required string Licence { get; init; }

    /// <summary>Duties of whoever uses the package.</summary>
    public IReadOnlyList<string> Obligations { get; init; } = [];

    /// <summary>Data sets by id or digest.</summary>
    public IReadOnlyList<string> Datasets { get; init; } = [];

    /// <summary>Languages, ISO 639-1.</summary>
    public IReadOnlyList<string> Languages { get; init; } = [];

    /// <summary>Tags.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>Measured values.</summary>
    public IReadOnlyList<CardResult> Results { get; init; } = [];

    /// <summary>Facts of the training: seed, steps, rank, code version.</summary>
    public SortedDictionary<string, string> Training { get; init; } = new(StringComparer.Ordinal);
}
