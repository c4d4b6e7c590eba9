namespace Pipeline.Data.Ingest.Debian;

/// <summary>One binary package of the archive, as its index and the English descriptions show it.</summary>
public sealed record DebianPackage
{
    /// <summary>Name of the binary package; unique, and the row's id after the prefix <c>debian:</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Name of the source package; siblings share it, so splits are drawn over it.</summary>
    public required string Source { get; init; }

    /// <summary>Version in the index.</summary>
    public required string Version { get; init; }

    /// <summary>Section without the archive area, such as <c>python</c>: the label of the demo task.</summary>
    public required string Section { get; init; }

    /// <summary>Archive area: <c>main</c>, <c>contrib</c>, <c>non-free</c> or <c>non-free-firmware</c>.</summary>
    public required string Area { get; init; }

    /// <summary>First line of the description, white space collapsed.</summary>
    public required string Description { get; init; }

    /// <summary>The rest of the description as plain text; empty when no translation index has it.</summary>
    public string LongDescription { get; init; } = "";

    /// <summary>Maintainer with e-mail address, as published.</summary>
    public string Maintainer { get; init; } = "";

    /// <summary>Home page; empty when none is given.</summary>
    public string Homepage { get; init; } = "";

    /// <summary>Debtags, without the open ones (<c>…::TODO</c>).</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>Which split the source package belongs to.</summary>
    public DebianSplit Split { get; init; }
}
