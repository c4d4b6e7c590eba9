namespace Pipeline.Data.Tokenizers.Models;

/// <summary>
/// Scratch memory of one thread; it grows with the longest word and is given back when that was large.
/// </summary>
internal sealed class ModelWorkspace
{
    private const int Keep = 1 << 16;

    internal SymbolList Symbols { get; private set; } = new();

    internal BestPath Path { get; private set; } = new();

    internal WordCache Cache { get; } = new();

    internal TokenBuffer Tokens { get; private set; } = new();

    /// <summary>Drops buffers that a very long word has blown up.</summary>
    internal void Trim()
    {
        if (Symbols.Capacity > Keep) Symbols = new SymbolList();
        if (Path.Capacity > Keep) Path = new BestPath();
        if (Tokens.Count > Keep) Tokens = new TokenBuffer();
    }
}
