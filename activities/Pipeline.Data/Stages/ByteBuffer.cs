using System.Runtime.CompilerServices;

namespace Pipeline.Data.Stages;

/// <summary>
/// A reusable growing byte array; the hot loops of the stages append to it without bounds on the list.
/// </summary>
internal sealed class ByteBuffer(int capacity = 4096)
{
    private byte[] _bytes = new byte[capacity];

    public int Length { get; set; }

    public ReadOnlySpan<byte> Span => _bytes.AsSpan(0, Length);

    public ReadOnlyMemory<byte> Memory => _bytes.AsMemory(0, Length);

    public byte[] Array => _bytes;

    public void Clear() => Length = 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(byte value)
    {
        if (Length == _bytes.Length)
        {
            Grow(1);
        }

        _bytes[Length++] = value;
    }

    public void Add(ReadOnlySpan<byte> values)
    {
        values.CopyTo(Reserve(values.Length));
        Length += values.Length;
    }

    public void AddCodePoint(int codePoint)
    {
        Length += new System.Text.Rune(codePoint).EncodeToUtf8(Reserve(4));
    }

    /// <summary>
    /// Free space of at least so many bytes behind the content; advance <see cref="Length"/> after writing.
    /// </summary>
    public Span<byte> Reserve(int count)
    {
        if (_bytes.Length - Length < count)
        {
            Grow(count);
        }

        return _bytes.AsSpan(Length);
    }

    private void Grow(int count) => System.Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, Length + count));
}
