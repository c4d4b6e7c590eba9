namespace Pipeline.Registry.Models;

/// <summary>Asks to point an alias at a version.</summary>
public sealed record MoveAlias
{
    /// <summary>Model name.</summary>
    public required string Name { get; init; }

    /// <summary>Alias, such as <c>champion</c>.</summary>
    public required string Alias { get; init; }

    /// <summary>Version to point at; null removes the alias.</summary>
    public required int? Version { get; init; }

    /// <summary>
    /// Version that the alias points at now, as the caller saw it; null when it should not exist yet.
    /// </summary>
    public required int? Expected { get; init; }

    /// <summary>Who moves it.</summary>
    public required string Actor { get; init; }

    /// <summary>Why.</summary>
    public required string Reason { get; init; }

    /// <summary>Id of the request: repeating it changes nothing and returns the first event.</summary>
    public string RequestId { get; init; } = "";

    /// <summary>
    /// Moves a protected alias without evidence and approval, for this reason; it is written into the history.
    /// </summary>
    public string Waiver { get; init; } = "";
}
