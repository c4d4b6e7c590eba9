using System.Runtime.CompilerServices;

namespace Pipeline.Data.Tokenizers.Models;

/// <summary>The tokens of one word: ids and byte ranges within the word.</summary>
internal sealed class TokenBuffer
{
    private int[] _ids = new int[64];
    private int[] _starts = new int[64];
    private int[] _ends = new int[64];
    private string?[] _values = new string?[64];

    internal int Count { get; private set; }

    internal ReadOnlySpan<int> Ids => _ids.AsSpan(0, Count);

    internal void Clear() => Count = 0;

    internal (int Id, int Start, int End, string? Value) this[int index] =>
        (_ids[index], _starts[index], _ends[index], _values[index]);

    /// <summary>Adds a token; the value is null where it is the vocabulary's own text of the id.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Add(int id, int start, int end, string? value = null)
    {
        if (Count == _ids.Length) Grow();
        _ids[Count] = id;
        _starts[Count] = start;
        _ends[Count] = end;
        _values[Count++] = value;
    }

    private void Grow()
    {
        var size = Count * 2;
        Array.Resize(ref _ids, size);
        Array.Resize(ref _starts, size);
        Array.Resize(ref _ends, size);
        Array.Resize(ref _values, size);
    }
}
