using System.Buffers;
using System.Text;
using Pipeline.Data.Stages;
using Pipeline.Data.Tokenizers.Unicode;

namespace Pipeline.Data.Dedup;

/// <summary>
/// The text form that duplicates are judged on: NFKC, no format characters, full lower-casing, white space runs as one
/// space.
/// </summary>
internal sealed class TextNormalizer
{
    private static readonly byte[] Spaces = [9, 10, 11, 12, 13, 0x1C, 0x1D, 0x1E, 0x1F, 0x20];
    private static readonly SearchValues<byte> AllSpaces = SearchValues.Create(Spaces);
    private static readonly SearchValues<byte> OddSpaces = SearchValues.Create(Spaces.AsSpan(0, Spaces.Length - 1));
    private static readonly UnicodeNormalizer Nfkc = new(compose: true, compatible: true);
    private readonly List<int> _points = [];

    /// <summary>Appends the normalised form of well-formed UTF-8 to a buffer.</summary>
    public void Append(ReadOnlySpan<byte> text, ByteBuffer output)
    {
        if (Ascii.IsValid(text))
        {
            AppendAscii(text, output);
        }
        else
        {
            AppendUnicode(text, output);
        }
    }

    // Most texts need lower-casing only; what else is to do stands at odd white space and at runs of spaces, so only
    // those are looked for.
    private static void AppendAscii(ReadOnlySpan<byte> text, ByteBuffer output)
    {
        text = text.Trim(Spaces);
        var destination = output.Reserve(text.Length + 1);
        var (length, at, odd, run) = (0, 0, -1, -1);
        while (at < text.Length)
        {
            odd = odd >= at ? odd : Next(text, at, text[at..].IndexOfAny(OddSpaces));
            run = run >= at ? run : Next(text, at, text[at..].IndexOf("  "u8));
            var end = Math.Min(odd, run);
            while (end < text.Length && text[end - 1] == ' ')
            {
                end--;
            }

            Ascii.ToLower(text[at..end], destination[length..], out var written);
            length += written;
            at = end;
            if (at < text.Length)
            {
                destination[length++] = (byte)' ';
                at += text[at..].IndexOfAnyExcept(AllSpaces);
            }
        }

        output.Length += length;
    }

    private static int Next(ReadOnlySpan<byte> text, int at, int found) => found < 0 ? text.Length : at + found;

    private void AppendUnicode(ReadOnlySpan<byte> text, ByteBuffer output)
    {
        _points.Clear();
        foreach (var (codePoint, _) in Nfkc.Normalize(text))
        {
            if (!CodePoints.IsIn(codePoint, CharacterClass.Format))
            {
                _points.Add(codePoint);
            }
        }

        var (start, space) = (output.Length, false);
        for (var i = 0; i < _points.Count; i++)
        {
            if (IsSpace(_points[i]))
            {
                space = output.Length > start;
                continue;
            }

            if (space)
            {
                output.Add((byte)' ');
                space = false;
            }

            AppendLower(i, output);
        }
    }

    private void AppendLower(int index, ByteBuffer output)
    {
        var point = _points[index];
        switch (point)
        {
            case 0x130:
                output.AddCodePoint('i');
                output.AddCodePoint(0x307);
                break;
            case 0x3A3:
                output.AddCodePoint(IsFinalSigma(index) ? 0x3C2 : 0x3C3);
                break;
            default:
                output.AddCodePoint(Rune.ToLowerInvariant(new Rune(point)).Value);
                break;
        }
    }

    /// <summary>
    /// A capital sigma ends a word: a cased letter stands before it and none after, case-ignorable ones aside.
    /// </summary>
    private bool IsFinalSigma(int index)
    {
        var before = index - 1;
        while (before >= 0 && IsCaseIgnorable(_points[before]))
        {
            before--;
        }

        var after = index + 1;
        while (after < _points.Count && IsCaseIgnorable(_points[after]))
        {
            after++;
        }

        return before >= 0 && IsCased(_points[before]) && (after >= _points.Count || !IsCased(_points[after]));
    }

    private static bool IsCased(int point) =>
        CodePoints.IsIn(point, CharacterClass.UpperCase | CharacterClass.LowerCase | CharacterClass.TitleCase);

    private static bool IsCaseIgnorable(int point) =>
        point is '\'' or '.' or ':' or '^' or '`' or 0xB7 or 0x2018 or 0x2019 or 0x2024 or 0x2027
        || CodePoints.IsIn(point, CharacterClass.NonSpacingMark | CharacterClass.EnclosingMark
            | CharacterClass.ModifierLetter | CharacterClass.ModifierSymbol);

    /// <summary>
    /// White space including the four information separators, which delimit words in text from other tools.
    /// </summary>
    internal static bool IsSpace(int point) =>
        point is >= 0x1C and <= 0x1F || CodePoints.IsWhiteSpace(point);
}
