using Pipeline.Data.Tokenizers.Unicode;

namespace Pipeline.Data.Tokenizers.Text;

/// <summary>
/// Rewrites a text character by character while keeping the alignment. Each written character says how it relates to
/// the characters it replaces: 0 replaces the next one, 1 is inserted and shares the alignment of what precedes it,
/// a negative number replaces the next one and drops that many after it.
/// </summary>
internal struct TextTransform(AlignedText source, AlignedText destination)
{
    private int _position;

    /// <summary>Drops source characters without writing anything.</summary>
    internal void Skip(int characters)
    {
        for (; characters > 0 && _position < source.Length; characters--)
        {
            _position += CodePoints.Length(source.Bytes[_position]);
        }
    }

    internal void Write(int codePoint, int change)
    {
        if (!source.Tracks)
        {
            destination.Append(codePoint, 0, 0);
            return;
        }

        int first, last;
        if (change > 0 || _position >= source.Length)
        {
            first = _position > 0 ? source.StartAt(_position - 1) : source.Length > 0 ? source.StartAt(0) : 0;
            last = _position > 0 ? source.EndAt(_position - 1) : first;
        }
        else
        {
            first = source.StartAt(_position);
            last = source.EndAt(_position);
            Skip(1 - change);
        }

        destination.Append(codePoint, first, last);
    }
}
