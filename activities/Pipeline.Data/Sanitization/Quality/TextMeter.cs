using System.Runtime.InteropServices;
using Pipeline.Data.Dedup;

namespace Pipeline.Data.Sanitization.Quality;

/// <summary>Measures texts. One instance a thread.</summary>
public sealed class TextMeter
{
    private static readonly string[] Common = ["the", "be", "to", "of", "and", "that", "have", "with"];

    private static readonly string[] Phrases =
    [
        "terms of use", "terms of service", "privacy policy", "cookie policy", "uses cookies", "use of cookies", "use cookies", "all rights reserved",
    ];

    private readonly HashSet<ulong> _lines = [];
    private readonly Dictionary<ulong, (int Count, int Characters)> _pairs = [];

    /// <summary>Measures a text.</summary>
    /// <param name="text">Any text.</param>
    /// <returns>Its measures.</returns>
    public TextScores Measure(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var characters = CountCharacters(text);
        var words = CountWords(text);
        var lines = CountLines(text);
        var total = Math.Max(1.0, text.Length);
        var full = Math.Max(1.0, lines.Count);
        return new TextScores
        {
            Words = words.Count,
            MeanWordLength = words.Count == 0 ? 0 : (double)words.Characters / words.Count,
            UniqueLines = lines.Count == 0 ? 1 : _lines.Count / full,
            UniqueLineCharacters = lines.Characters == 0 ? 1 : (double)lines.UniqueCharacters / lines.Characters,
            TopPair = TopPair() / total,
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
                symbols += c is '#' or '…' || (c == '.' && i + 2 < text.Length && text[i + 1] == '.' && text[i + 2] == '.' && (i == 0 || text[i - 1] != '.')) ? 1 : 0;
            }
        }

        return (other, symbols, digits, white, brackets);
    }

    private (int Count, int Characters, int UrlCharacters, int Common) CountWords(string text)
    {
        _pairs.Clear();
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
            urls += word.Contains("://", StringComparison.Ordinal) || word.StartsWith("www.", StringComparison.OrdinalIgnoreCase) ? word.Length : 0;
            common |= CommonBit(word);
            if (!previous.IsEmpty)
            {
                var pair = (Hash(previous) * 0x9E3779B97F4A7C15) + Hash(word);
                _pairs[pair] = (_pairs.GetValueOrDefault(pair).Count + 1, previous.Length + word.Length + 1);
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

        for (var i = 0; i < Common.Length; i++)
        {
            if (word.Equals(Common[i], StringComparison.OrdinalIgnoreCase))
            {
                return 1 << i;
            }
        }

        return 0;
    }

    private (int Count, int Characters, int UniqueCharacters, int Bullets, int Ellipses, int Boilerplate) CountLines(string text)
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
            ellipses += line.EndsWith("...", StringComparison.Ordinal) || line.EndsWith("…", StringComparison.Ordinal) ? 1 : 0;
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

    private double TopPair()
    {
        var most = 0;
        foreach (var (count, characters) in _pairs.Values)
        {
            most = count > 1 ? Math.Max(most, count * characters) : most;
        }

        return most;
    }
}
