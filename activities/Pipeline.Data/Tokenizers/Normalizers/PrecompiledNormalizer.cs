using System.Buffers.Binary;
using System.Globalization;
using Pipeline.Data.Tokenizers.Text;
using Pipeline.Data.Tokenizers.Unicode;

namespace Pipeline.Data.Tokenizers.Normalizers;

/// <summary>
/// SentencePiece's compiled character map: a double-array trie over UTF-8 whose values point into a table of
/// NUL-terminated replacements. It is applied per grapheme cluster first, then per character, as the reference does.
/// </summary>
internal sealed class PrecompiledNormalizer : TextNormalizer
{
    private readonly uint[] _trie;
    private readonly byte[] _replacements;

    internal PrecompiledNormalizer(ReadOnlySpan<byte> map)
    {
        if (map.Length < 4) throw new FormatException("the compiled character map is shorter than its header");
        var size = BinaryPrimitives.ReadInt32LittleEndian(map);
        if (size < 4 || size % 4 != 0 || size > map.Length - 4)
        {
            throw new FormatException(
                $"the compiled character map declares a trie of {size} bytes in {map.Length} bytes");
        }

        _trie = new uint[size / 4];
        for (var i = 0; i < _trie.Length; i++) _trie[i] = BinaryPrimitives.ReadUInt32LittleEndian(map[(4 + (i * 4))..]);
        _replacements = map[(4 + size)..].ToArray();
    }

    internal override bool Normalize(AlignedText source, AlignedText destination)
    {
        var text = source.Bytes;
        var utf16 = System.Text.Encoding.UTF8.GetString(text);
        var output = new List<(int CodePoint, int Change)>(text.Length);
        var modified = false;
        var at = 0;
        for (var i = 0; i < utf16.Length;)
        {
            var units = StringInfo.GetNextTextElementLength(utf16, i);
            var end = at + System.Text.Encoding.UTF8.GetByteCount(utf16.AsSpan(i, units));
            i += units;
            if (end - at < 6 && TryReplace(text[at..end], output))
            {
                modified = true;
                at = end;
                continue;
            }

            while (at < end)
            {
                var c = CodePoints.Decode(text, at, out var length);
                if (TryReplace(text.Slice(at, length), output)) modified = true;
                else output.Add((c, 0));
                at += length;
            }
        }

        if (!modified) return false;
        var transform = new TextTransform(source, destination);
        foreach (var (codePoint, change) in output) transform.Write(codePoint, change);
        return true;
    }

    private bool TryReplace(ReadOnlySpan<byte> part, List<(int CodePoint, int Change)> output)
    {
        var offset = Find(part);
        if (offset < 0) return false;
        var replacement = _replacements.AsSpan(offset);
        var zero = replacement.IndexOf((byte)0);
        if (zero >= 0) replacement = replacement[..zero];

        // The first characters replace one each and surplus new ones are inserted; the last character written so far
        // swallows surplus old ones, even where it belongs to the text before.
        var surplus = Count(replacement) - Count(part);
        var replaced = Count(replacement) - Math.Max(0, surplus);
        for (var at = 0; at < replacement.Length; replaced--)
        {
            var c = CodePoints.Decode(replacement, at, out var length);
            at += length;
            output.Add((c, replaced > 0 ? 0 : 1));
        }

        if (surplus < 0 && output.Count > 0) output[^1] = (output[^1].CodePoint, output[^1].Change + surplus);
        return true;
    }

    /// <summary>The value of the shortest key that the part starts with, or -1.</summary>
    private int Find(ReadOnlySpan<byte> part)
    {
        var node = Offset(_trie[0]);
        foreach (var b in part)
        {
            if (b == 0) return -1;
            node ^= b;
            if (node >= _trie.Length) return -1;
            var unit = _trie[node];
            if ((unit & 0x800000FF) != b) return -1;
            node ^= Offset(unit);
            if (((unit >> 8) & 1) != 0 && node < _trie.Length)
            {
                var value = (int)(_trie[node] & 0x7FFFFFFF);
                return value <= _replacements.Length ? value : -1;
            }
        }

        return -1;
    }

    private static uint Offset(uint unit) => (unit >> 10) << (int)((unit & (1 << 9)) >> 6);

    private static int Count(ReadOnlySpan<byte> text)
    {
        var count = 0;
        foreach (var b in text)
        {
            if ((b & 0xC0) != 0x80) count++;
        }

        return count;
    }
}
