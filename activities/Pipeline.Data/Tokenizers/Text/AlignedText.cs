using Pipeline.Data.Tokenizers.Unicode;

namespace Pipeline.Data.Tokenizers.Text;

/// <summary>
/// UTF-8 text that remembers, for each byte, the byte range of the original text it stands for. Without tracking only
/// the text is kept, which is all that token ids need.
/// </summary>
internal sealed class AlignedText(bool track)
{
    private byte[] _bytes = new byte[256];
    private int[] _starts = track ? new int[256] : [];
    private int[] _ends = track ? new int[256] : [];

    internal bool Tracks { get; } = track;

    internal int Length { get; private set; }

    internal ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, Length);

    internal void Clear() => Length = 0;

    /// <summary>The first original byte of the byte at a position.</summary>
    internal int StartAt(int index) => _starts[index];

    /// <summary>One past the last original byte of the byte at a position.</summary>
    internal int EndAt(int index) => _ends[index];

    internal void EnsureRoom(int bytes)
    {
        if (_bytes.Length - Length >= bytes) return;
        var size = Math.Max(Length + bytes, _bytes.Length * 2);
        Array.Resize(ref _bytes, size);
        if (!Tracks) return;
        Array.Resize(ref _starts, size);
        Array.Resize(ref _ends, size);
    }

    /// <summary>Appends a part of the original text: each character stands for itself.</summary>
    internal void AppendOriginal(ReadOnlySpan<byte> text, int originalStart)
    {
        EnsureRoom(text.Length);
        text.CopyTo(_bytes.AsSpan(Length));
        if (Tracks)
        {
            for (var at = 0; at < text.Length;)
            {
                var length = CodePoints.Length(text[at]);
                _starts.AsSpan(Length + at, length).Fill(originalStart + at);
                _ends.AsSpan(Length + at, length).Fill(originalStart + at + length);
                at += length;
            }
        }

        Length += text.Length;
    }

    /// <summary>Appends a part of another text together with its alignment.</summary>
    internal void AppendFrom(AlignedText source, int start, int end)
    {
        var count = end - start;
        EnsureRoom(count);
        source._bytes.AsSpan(start, count).CopyTo(_bytes.AsSpan(Length));
        if (Tracks)
        {
            source._starts.AsSpan(start, count).CopyTo(_starts.AsSpan(Length));
            source._ends.AsSpan(start, count).CopyTo(_ends.AsSpan(Length));
        }

        Length += count;
    }

    /// <summary>Appends new text that stands for one original range.</summary>
    internal void Append(ReadOnlySpan<byte> text, int originalStart, int originalEnd)
    {
        EnsureRoom(text.Length);
        text.CopyTo(_bytes.AsSpan(Length));
        if (Tracks)
        {
            _starts.AsSpan(Length, text.Length).Fill(originalStart);
            _ends.AsSpan(Length, text.Length).Fill(originalEnd);
        }

        Length += text.Length;
    }

    internal void Append(int codePoint, int originalStart, int originalEnd)
    {
        Span<byte> buffer = stackalloc byte[4];
        Append(buffer[..CodePoints.Encode(codePoint, buffer)], originalStart, originalEnd);
    }
}
