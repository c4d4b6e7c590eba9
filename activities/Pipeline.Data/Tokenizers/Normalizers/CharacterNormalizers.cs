using Pipeline.Data.Tokenizers.Text;
using Pipeline.Data.Tokenizers.Unicode;

namespace Pipeline.Data.Tokenizers.Normalizers;

/// <summary>Drops the characters that a predicate names.</summary>
internal sealed class FilterNormalizer(Func<int, bool> drop) : TextNormalizer
{
    internal override bool Normalize(AlignedText source, AlignedText destination)
    {
        var text = source.Bytes;
        var any = false;
        for (var at = 0; at < text.Length && !any;)
        {
            any = drop(CodePoints.Decode(text, at, out var length));
            at += length;
        }

        if (!any) return false;

        // A kept character swallows the dropped ones that follow it; dropped ones at the start vanish.
        var transform = new TextTransform(source, destination);
        var kept = -1;
        var dropped = 0;
        for (var at = 0; at < text.Length;)
        {
            var c = CodePoints.Decode(text, at, out var length);
            at += length;
            if (drop(c))
            {
                dropped++;
                continue;
            }

            if (kept >= 0) transform.Write(kept, -dropped);
            else transform.Skip(dropped);
            kept = c;
            dropped = 0;
        }

        if (kept >= 0) transform.Write(kept, -dropped);
        return true;
    }
}

/// <summary>Replaces single characters.</summary>
internal sealed class MapNormalizer(Func<int, int> map) : TextNormalizer
{
    internal override bool Normalize(AlignedText source, AlignedText destination)
    {
        var transform = new TextTransform(source, destination);
        for (var at = 0; at < source.Length;)
        {
            var c = CodePoints.Decode(source.Bytes, at, out var length);
            at += length;
            transform.Write(map(c), 0);
        }

        return true;
    }
}

/// <summary>Lower-cases with Unicode's full mapping.</summary>
internal sealed class LowercaseNormalizer : TextNormalizer
{
    internal override bool Normalize(AlignedText source, AlignedText destination)
    {
        var text = source.Bytes;
        if (!text.ContainsAnyInRange((byte)'A', (byte)'Z') && !text.ContainsAnyInRange((byte)0x80, (byte)0xF4))
            return false;
        var transform = new TextTransform(source, destination);
        for (var at = 0; at < text.Length;)
        {
            var c = CodePoints.Decode(text, at, out var length);
            at += length;
            transform.Write(Lower(c), 0);
            if (c == 0x130) transform.Write(0x307, 1);
        }

        return true;
    }

    /// <summary>The first character of the mapping; only U+0130 has a second one.</summary>
    private static int Lower(int c)
    {
        if (c < 0x80) return c is >= 'A' and <= 'Z' ? c + 32 : c;
        return c switch
        {
            0x130 => 'i',
            // Letters of Unicode 17, which the reference's mapping already has.
            0xA7CE or 0xA7D2 or 0xA7D4 => c + 1,
            >= 0x16EA0 and <= 0x16EB8 => c + 27,
            _ => System.Text.Rune.ToLowerInvariant(new System.Text.Rune(c)).Value,
        };
    }
}

/// <summary>Cuts white space at the ends.</summary>
internal sealed class StripNormalizer(bool left, bool right) : TextNormalizer
{
    internal override bool Normalize(AlignedText source, AlignedText destination)
    {
        var text = source.Bytes;
        var start = 0;
        var end = text.Length;
        while (left && start < end && CodePoints.IsWhiteSpace(CodePoints.Decode(text, start, out var length)))
            start += length;
        while (right && end > start && CodePoints.IsWhiteSpace(CodePoints.DecodeBefore(text, end, out var length)))
            end -= length;
        if (start == 0 && end == text.Length) return false;
        destination.AppendFrom(source, start, end);
        return true;
    }
}

/// <summary>Puts a fixed text in front.</summary>
internal sealed class PrependNormalizer(byte[] prefix) : TextNormalizer
{
    internal byte[] Prefix { get; } = prefix;

    internal override bool Normalize(AlignedText source, AlignedText destination)
    {
        if (source.Tracks) destination.Append(Prefix, source.StartAt(0), source.EndAt(0));
        else destination.Append(Prefix, 0, 0);
        destination.AppendFrom(source, 0, source.Length);
        return true;
    }
}
