namespace Pipeline.Registry.Models;

/// <summary>What people may change about a model or a version: description and tags.</summary>
public sealed record ModelNotes
{
    /// <summary>Free text; shown encoded.</summary>
    public string Description { get; init; } = "";

    /// <summary>Tags.</summary>
    public SortedDictionary<string, string> Tags { get; init; } = new(StringComparer.Ordinal);
}
