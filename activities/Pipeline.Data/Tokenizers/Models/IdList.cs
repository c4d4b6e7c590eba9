using System.Runtime.CompilerServices;

namespace Pipeline.Data.Tokenizers.Models;

/// <summary>A growing list of token ids.</summary>
internal sealed class IdList
{
    private int[] _ids = new int[256];

    internal int Count { get; private set; }

    internal ReadOnlySpan<int> Ids => _ids.AsSpan(0, Count);

    internal void Clear() => Count = 0;

    /// <summary>Forgets all ids from an index on.</summary>
    internal void Truncate(int count) => Count = count;

    internal ReadOnlySpan<int> From(int first) => _ids.AsSpan(first, Count - first);

    internal void Add(int id)
    {
        if (Count == _ids.Length) Grow(1);
        _ids[Count++] = id;
    }

    /// <summary>Adds an id many times.</summary>
    internal void Add(int id, int count)
    {
        if (_ids.Length - Count < count) Grow(count);
        _ids.AsSpan(Count, count).Fill(id);
        Count += count;
    }

    internal void Add(ReadOnlySpan<int> ids)
    {
        if (_ids.Length - Count < ids.Length) Grow(ids.Length);
        ids.CopyTo(_ids.AsSpan(Count));
        Count += ids.Length;
    }

    /// <summary>Adds the ids of a cached word with one copy of fixed size.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void AddCached(ref WordCache.Entry entry)
    {
        if (_ids.Length - Count < WordCache.MaxIds) Grow(WordCache.MaxIds);
        Unsafe.As<int, WordCache.IdBuffer>(ref _ids[Count]) = entry.Ids;
        Count += entry.Count;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Grow(int more) => Array.Resize(ref _ids, Math.Max(Count + more, _ids.Length * 2));
}
