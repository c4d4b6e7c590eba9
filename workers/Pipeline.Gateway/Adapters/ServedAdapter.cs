namespace Pipeline.Gateway.Adapters;

/// <summary>
/// One version of an adapter that the gateway may serve. Versions are immutable: other files are another digest.
/// </summary>
public sealed record ServedAdapter
{
    /// <summary>Name, such as <c>support</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Version, such as <c>3</c>.</summary>
    public required string Version { get; init; }

    /// <summary>Digest of the files, lower-case hexadecimal.</summary>
    public required string Digest { get; init; }

    /// <summary>Digest of the registry's package that the files came in, or empty.</summary>
    public string Package { get; init; } = "";

    /// <summary>
    /// Directory with the files; chosen by an operator or by the registry, never by a request of a client.
    /// </summary>
    public required string Directory { get; init; }

    /// <summary>Largest rank of its modules.</summary>
    public int Rank { get; init; }

    /// <summary><c>name@version</c>.</summary>
    public string Id => $"{Name}@{Version}";

    /// <summary>
    /// Name inside the engine; names of different files differ, so that nothing of an evicted adapter can be mistaken
    /// for another.
    /// </summary>
    public string EngineName => $"{Name}@{Version}#{Digest[..16]}";
}
