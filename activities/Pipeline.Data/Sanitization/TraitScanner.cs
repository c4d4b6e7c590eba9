using System.Runtime.Intrinsics;

namespace Pipeline.Data.Sanitization;

/// <summary>
/// Finds the traits of a text in one pass, 64 bytes at once; a search for each of them would read the text as often.
/// </summary>
internal static class TraitScanner
{
    private const int Block = 64;

    /// <summary>The traits of UTF-8 text.</summary>
    /// <remarks>
    /// Each variable keeps the least distance of any byte from what is looked for, place by place, which is 0 where it
    /// occurs: a minimum needs neither a branch nor a mask.
    /// </remarks>
    public static TextTraits Of(ReadOnlySpan<byte> text)
    {
        var (most, least) = (Vector512<byte>.Zero, Vector512<byte>.AllBitsSet);
        var (control, digit, anchor, sign, prefix, spelled) = (least, least, least, least, least, least);
        Span<byte> padded = stackalloc byte[Block + 2];
        for (var start = 0; start < text.Length; start += Block)
        {
            scoped var block = text[start..];
            if (block.Length < padded.Length)
            {
                // Spaces have no trait of their own and make none with what stands before them.
                padded.Fill((byte)' ');
                block.CopyTo(padded);
                block = padded;
            }

            var (a, b, c) = (Vector512.Create(block), Vector512.Create(block[1..]), Vector512.Create(block[2..]));
            (most, least) = (Vector512.Max(most, a), Vector512.Min(least, a));
            control = Vector512.Min(control, a - Vector512.Create((byte)0x0B));
            digit = Vector512.Min(digit, a - Vector512.Create((byte)'0'));
            anchor = Vector512.Min(anchor, Vector512.Min(From(a, '@'), From(a, '_')));
            sign = Vector512.Min(sign, Vector512.Min(
                Vector512.Min(From(a, '\n'), From(a, '<')), Vector512.Min(From(a, '%'), From(a, '='))));
            var pairs = Vector512.Min(From(a, 'y') | From(b, 'J'), From(a, 'I') | From(b, 'A'));

            // A letter differs from its capital by one bit, and so do the brackets 0x5D and 0x7D.
            var fold = Vector512.Create((byte)0x20);
            var (second, third) = (b | fold, c | fold);
            var triples = Vector512.Min(
                Vector512.Min(Three(a, b, c, "---"u8), Three(a, b, c, "xox"u8)),
                Vector512.Min(Three(a, b, c, " -p"u8), Three(a | fold, second, third, "ssp"u8)));
            prefix = Vector512.Min(prefix, Vector512.Min(pairs, triples));
            spelled = Vector512.Min(spelled, Vector512.Min(
                From(second, 't') | Vector512.Min(From(c, ')'), From(third, '}')), From(b, 'T') | From(c, ' ')));
        }

        var odd = Vector512.GreaterThanAny(most, Vector512.Create((byte)0x7E)) || AtMost(least, 8)
            || AtMost(control, 0x1F - 0x0B);
        return (odd ? TextTraits.Odd : TextTraits.None) | (AtMost(sign, 0) ? TextTraits.Signs : TextTraits.None)
            | (AtMost(digit, ':' - '0') || AtMost(anchor, 0) ? TextTraits.Anchors : TextTraits.None)
            | (AtMost(prefix, 0) ? TextTraits.Prefixes : TextTraits.None)
            | (AtMost(spelled, 0) ? TextTraits.Spelled : TextTraits.None);
    }

    private static Vector512<byte> From(Vector512<byte> bytes, char value) => bytes ^ Vector512.Create((byte)value);

    private static Vector512<byte> Three(
        Vector512<byte> a, Vector512<byte> b, Vector512<byte> c, ReadOnlySpan<byte> text) =>
        (a ^ Vector512.Create(text[0])) | (b ^ Vector512.Create(text[1])) | (c ^ Vector512.Create(text[2]));

    private static bool AtMost(Vector512<byte> distances, byte value) =>
        Vector512.LessThanOrEqualAny(distances, Vector512.Create(value));
}
