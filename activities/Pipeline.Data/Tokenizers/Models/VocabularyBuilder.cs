namespace Pipeline.Data.Tokenizers.Models;

/// <summary>Collects tokens and checks that ids are neither negative, nor used twice, nor absurdly large.</summary>
internal sealed class VocabularyBuilder
{
    /// <summary>Ids above this are refused: they would make the tables larger than any model's embedding.</summary>
    internal const int MaxId = (1 << 21) - 2;

    private byte[] _blob = new byte[1 << 16];
    private int _used;
    private int[] _offsets = NewOffsets(4096);
    private int[] _lengths = new int[4096];
    private int _limit;

    internal int Count { get; private set; }

    internal Span<byte> Reserve(int bytes)
    {
        if (_blob.Length - _used < bytes) Array.Resize(ref _blob, Math.Max(_used + bytes, _blob.Length * 2));
        return _blob.AsSpan(_used);
    }

    /// <summary>Adds the bytes last written to <see cref="Reserve"/>.</summary>
    internal void Commit(int length, long id)
    {
        if (id is < 0 or > MaxId) throw new FormatException($"token id {id} is outside 0…{MaxId}");
        var index = (int)id;
        if (index >= _offsets.Length)
        {
            var old = _offsets.Length;
            Array.Resize(ref _offsets, Math.Max(index + 1, old * 2));
            Array.Resize(ref _lengths, _offsets.Length);
            _offsets.AsSpan(old).Fill(-1);
        }

        if (_offsets[index] >= 0)
        {
            var other = System.Text.Encoding.UTF8.GetString(_blob, _offsets[index], _lengths[index]);
            throw new FormatException($"token id {id} is used twice, first by '{other}'");
        }

        _offsets[index] = _used;
        _lengths[index] = length;
        _used += length;
        _limit = Math.Max(_limit, index + 1);
        Count++;
    }

    internal void Add(ReadOnlySpan<byte> text, long id)
    {
        text.CopyTo(Reserve(text.Length));
        Commit(text.Length, id);
    }

    internal Vocabulary Build() => new(_blob[.._used], _offsets[.._limit], _lengths[.._limit]);

    private static int[] NewOffsets(int size)
    {
        var offsets = new int[size];
        Array.Fill(offsets, -1);
        return offsets;
    }
}
