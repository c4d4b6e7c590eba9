using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Pipeline.Data.Dedup;
using Pipeline.Data.Stages;

namespace Pipeline.Data.Sanitization.Quality;

/// <summary>Measures texts. One instance a thread.</summary>
public sealed class TextMeter
{
    /// <summary>What lines of boilerplate say.</summary>
    internal static readonly string[] Phrases =
    [
        "terms of use", "terms of service", "privacy policy", "cookie policy", "uses cookies", "use of cookies",
        "use cookies", "all rights reserved",
    ];

    private static readonly byte[][] PhraseBytes = [.. Phrases.Select(Encoding.ASCII.GetBytes)];

    private static readonly ulong PunctuationBits =
        ".,;:!?\"'()".Aggregate(0UL, (bits, character) => bits | (1UL << character));

    private readonly HashSet<ulong> _lines = [];
    private readonly PairTable _pairs = new();
    private readonly AsciiMeter _ascii = new();
    private readonly ByteBuffer _lower = new();

    /// <summary>Measures a text.</summary>
    /// <param name="text">Any text.</param>
    /// <returns>Its measures.</returns>
    public TextScores Measure(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var lines = CountLines(text);
        return Scores(CountCharacters(text), CountWords(text), lines, lines.Count == 0 ? 0 : _lines.Count, _pairs.Top,
            text.Length);
    }

    /// <summary>As <see cref="Measure(string)"/>, for UTF-8.</summary>
    /// <param name="utf8">Well-formed UTF-8.</param>
    internal TextScores Measure(ReadOnlySpan<byte> utf8)
    {
        if (Ascii.IsValid(utf8))
        {
            _ascii.Read(utf8);
            if (!_ascii.MayHoldPhrase || !HoldsPhrase(utf8))
            {
                return Scores(
                    _ascii.Characters, _ascii.Words, _ascii.Lines, _ascii.UniqueLines, _ascii.TopPair, utf8.Length);
            }
        }

        return Measure(Encoding.UTF8.GetString(utf8));
    }

    private bool HoldsPhrase(ReadOnlySpan<byte> ascii)
    {
        _lower.Clear();
        Ascii.ToLower(ascii, _lower.Reserve(ascii.Length), out var length);
        _lower.Length = length;
        foreach (var phrase in PhraseBytes)
        {
            if (_lower.Span.IndexOf(phrase) >= 0)
            {
                return true;
            }
        }

        return false;
    }

    private static TextScores Scores(
        (int Other, int Symbols, int Digits, int White, int Brackets) characters,
        (int Count, int Characters, int UrlCharacters, int Common) words,
        (int Count, int Characters, int UniqueCharacters, int Bullets, int Ellipses, int Boilerplate) lines,
        int uniqueLines, long topPair, int length)
    {
        var (total, full) = (Math.Max(1.0, length), Math.Max(1.0, lines.Count));
        return new TextScores
        {
            Words = words.Count,
            MeanWordLength = words.Count == 0 ? 0 : (double)words.Characters / words.Count,
            UniqueLines = lines.Count == 0 ? 1 : uniqueLines / full,
            UniqueLineCharacters = lines.Characters == 0 ? 1 : (double)lines.UniqueCharacters / lines.Characters,
            TopPair = topPair / total,
            NonAlphanumeric = characters.Other / total,
            Symbols = characters.Symbols / Math.Max(1.0, words.Count),
            Digits = characters.Digits / total,
            Urls = words.UrlCharacters / total,
            WhiteSpace = characters.White / total,
            Parentheses = characters.Brackets / total,
            Bullets = lines.Bullets / full,
            Ellipses = lines.Ellipses / full,
            CommonWords = words.Common,
            Boilerplate = lines.Boilerplate / full,
        };
    }

    private static (int Other, int Symbols, int Digits, int White, int Brackets) CountCharacters(string text)
    {
        var (other, symbols, digits, white, brackets) = (0, 0, 0, 0, 0);
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (char.IsWhiteSpace(c))
            {
                white++;
            }
            else if (char.IsDigit(c))
            {
                digits++;
            }
            else if (!char.IsLetter(c) && !char.IsSurrogate(c))
            {
                other++;
                brackets += c is '(' or ')' or '[' or ']' ? 1 : 0;
                symbols += c is '#' or '…'
                    || (c == '.' && i + 2 < text.Length && text[i + 1] == '.' && text[i + 2] == '.'
                        && (i == 0 || text[i - 1] != '.')) ? 1 : 0;
            }
        }

        return (other, symbols, digits, white, brackets);
    }

    private (int Count, int Characters, int UrlCharacters, int Common) CountWords(string text)
    {
        _pairs.Clear(text.Length / 2);
        var (count, characters, urls, common, start) = (0, 0, 0, 0, -1);
        var previous = ReadOnlySpan<char>.Empty;
        for (var i = 0; i <= text.Length; i++)
        {
            if (i < text.Length && !char.IsWhiteSpace(text[i]))
            {
                start = start < 0 ? i : start;
                continue;
            }

            if (start < 0)
            {
                continue;
            }

            var word = text.AsSpan(start, i - start);
            start = -1;
            count++;
            characters += word.Length;
            urls += word.Contains("://", StringComparison.Ordinal)
                || word.StartsWith("www.", StringComparison.OrdinalIgnoreCase) ? word.Length : 0;
            common |= CommonBit(word);
            if (!previous.IsEmpty)
            {
                _pairs.Add(
                    [(Hash(previous) * 0x9E3779B97F4A7C15) + Hash(word)], [previous.Length + word.Length + 1]);
            }

            previous = word;
        }

        return (count, characters, urls, System.Numerics.BitOperations.PopCount((uint)common));
    }

    // Not the runtime's hash, which has another seed in each process: equal texts get equal scores everywhere.
    private static ulong Hash(ReadOnlySpan<char> text) => FastHash.Of(MemoryMarshal.AsBytes(text), 0x7E47);

    private static int CommonBit(ReadOnlySpan<char> word)
    {
        word = word.Trim(".,;:!?\"'()");
        if (word.Length is < 2 or > 4)
        {
            return 0;
        }

        // Only ASCII letters can be one of the words; for others the cut does not matter.
        var letters = 0UL;
        for (var i = word.Length - 1; i >= 0; i--)
        {
            if (word[i] > 0x7F)
            {
                return 0;
            }

            letters = (letters << 8) | word[i];
        }

        return CommonWords.BitOf(letters, word.Length);
    }

    /// <summary>The bit of a common word, for ASCII with punctuation around it.</summary>
    internal static int CommonBit(ReadOnlySpan<byte> word)
    {
        word = word.Trim(".,;:!?\"'()"u8);
        var letters = 0UL;
        for (var i = Math.Min(word.Length, 8) - 1; i >= 0; i--)
        {
            letters = (letters << 8) | word[i];
        }

        return CommonWords.BitOf(letters, word.Length);
    }

    /// <summary>Whether a byte is punctuation that may stand around a word.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool IsPunctuation(byte value) =>
        value < 64 && ((PunctuationBits >> value) & 1) != 0;

    private (int Count, int Characters, int UniqueCharacters, int Bullets, int Ellipses, int Boilerplate) CountLines(
        string text)
    {
        _lines.Clear();
        var (count, characters, unique, bullets, ellipses, boilerplate) = (0, 0, 0, 0, 0, 0);
        foreach (var raw in text.AsSpan().EnumerateLines())
        {
            var line = raw.Trim();
            if (line.IsEmpty)
            {
                continue;
            }

            count++;
            characters += line.Length;
            unique += _lines.Add(Hash(line)) ? line.Length : 0;
            bullets += line[0] is '•' or '‣' or '▪' or '*' or '-' or '–' or '·' ? 1 : 0;
            ellipses += line.EndsWith("...", StringComparison.Ordinal) || line.EndsWith("…", StringComparison.Ordinal)
                ? 1 : 0;
            foreach (var phrase in Phrases)
            {
                if (line.Contains(phrase, StringComparison.OrdinalIgnoreCase))
                {
                    boilerplate++;
                    break;
                }
            }
        }

        return (count, characters, unique, bullets, ellipses, boilerplate);
    }
}
