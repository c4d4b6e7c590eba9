using System.Text;

namespace Pipeline.Data.Tokenizers.Patterns;

/// <summary>Makes the fastest exact matcher for a pattern of a tokenizer file.</summary>
internal static class PatternFactory
{
    private const string Contractions = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
    private const string Spelled = "('s|'S|'t|'T|'re|'rE|'Re|'RE|'ve|'vE|'Ve|'VE|'m|'M|'ll|'lL|'Ll|'LL|'d|'D)";
    private const string Spaces = @"|\s*[\r\n]+|\s+(?!\S)|\s+";
    private const string Upper = @"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]";
    private const string Lower = @"[\p{Ll}\p{Lm}\p{Lo}\p{M}]";
    private const string Lead = @"[^\r\n\p{L}\p{N}]?";
    private const string Signs = @"| ?[^\s\p{L}\p{N}]+[\r\n]*";
    private const string SignsAndSlashes = @"| ?[^\s\p{L}\p{N}]+[\r\n/]*";

    /// <summary>Published split patterns and their hand-written scanners.</summary>
    private static readonly Dictionary<string, WordScanner> Known = new(StringComparer.Ordinal)
    {
        [Gpt2Scanner.Source] = Gpt2Scanner.Instance,
        [@"'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"] = Gpt2Scanner.Instance,
        [Contractions + "|" + Lead + @"\p{L}+|\p{N}{1,3}" + Signs + Spaces] =
            new Cl100kScanner(digits: 3, WordScanner.Contractions.AnyCase),
        [@"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]++[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+"] =
            new Cl100kScanner(digits: 3, WordScanner.Contractions.AnyCase),
        [Spelled + "|" + Lead + @"\p{L}+|\p{N}{1,3}" + Signs + Spaces] =
            new Cl100kScanner(digits: 3, WordScanner.Contractions.Spelled),
        [Contractions + "|" + Lead + @"\p{L}+|\p{N}" + Signs + Spaces] =
            new Cl100kScanner(digits: 1, WordScanner.Contractions.AnyCase),
        [Lead + Upper + "*" + Lower + "+" + Contractions + "?|" + Lead + Upper + "+" + Lower + "*" + Contractions
            + @"?|\p{N}{1,3}" + SignsAndSlashes + Spaces] =
            new O200kScanner(digits: 3, WordScanner.Contractions.AnyCase),
        [Lead + Upper + "*" + Lower + "+" + Spelled + "?|" + Lead + Upper + "+" + Lower + "*" + Spelled
            + @"?|\p{N}{1,3}" + SignsAndSlashes + Spaces] =
            new O200kScanner(digits: 3, WordScanner.Contractions.Spelled),
        [Lead + Upper + "*" + Lower + "+|" + Lead + Upper + "+" + Lower + @"*|\p{N}" + SignsAndSlashes + Spaces] =
            new O200kScanner(digits: 1, WordScanner.Contractions.None),
        [@"[!""#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*"
            + Spaces] =
            new DeepSeekScanner(),
    };

    /// <summary>The patterns that are scanned by hand.</summary>
    internal static IReadOnlyDictionary<string, WordScanner> Scanners => Known;

    internal static TextPattern Literal(string text) => new LiteralPattern(Encoding.UTF8.GetBytes(text));

    /// <summary>Makes a matcher for a regular expression.</summary>
    /// <exception cref="FormatException">The pattern is malformed or uses something that is refused.</exception>
    internal static TextPattern Regex(string pattern) =>
        Known.TryGetValue(pattern, out var scanner) ? scanner : Compile(pattern);

    /// <summary>Compiles a regular expression whether or not a scanner knows it.</summary>
    internal static TextPattern Compile(string pattern)
    {
        var node = RegexParser.Parse(pattern);
        return node switch
        {
            RegexNode.Character single => new CharacterPattern(single.Test.Accepts),
            RegexNode.Repeat { Body: RegexNode.Character body, Min: > 0, IsGreedy: true } run =>
                new ClassRunPattern(body.Test, run.Min, run.Max),
            _ => new RegexPattern(RegexProgram.Compile(node)),
        };
    }
}
