using System.Text;
using Pipeline.Data.Tokenizers.Patterns;

namespace Pipeline.Data.Tokenizers.Tests;

public sealed class SplitPatternTests
{
    public static IEnumerable<TheoryDataRow<string>> Published =>
        PatternFactory.Scanners.Keys.Select(pattern => new TheoryDataRow<string>(pattern));

    [Theory]
    [MemberData(nameof(Published))]
    public void Scanner_RandomText_SplitsAsItsRegularExpression(string pattern)
    {
        var scanner = PatternFactory.Scanners[pattern];
        var regex = PatternFactory.Compile(pattern);
        var random = new Random(7);
        for (var round = 0; round < 4000; round++)
        {
            var text = Encoding.UTF8.GetBytes(RandomText(random));
            Matches(scanner, text).ShouldBe(Matches(regex, text), Encoding.UTF8.GetString(text));
        }
    }

    [Theory]
    [InlineData("a|ab", "abab", "0-1 2-3")]
    [InlineData("ab|a", "aba", "0-2 2-3")]
    [InlineData("a*", "baac", "0-0 1-3 3-3 4-4")]
    [InlineData("a+?", "aaa", "0-1 1-2 2-3")]
    [InlineData(@"\s+(?!\S)|\s+", "a   b ", "1-3 3-4 5-6")]
    [InlineData("(?<=a)b", "abb", "1-2")]
    [InlineData("(?i:straße)", "STRASSE Straße", "8-15")]
    [InlineData("(?i)k", "K\u212A", "0-1 1-4")]
    [InlineData(@"[^\W\d]+", "ab1c", "0-2 3-4")]
    [InlineData(@"\p{Han}+", "漢字ab", "0-6")]
    [InlineData(@"[\p{L}&&[^\p{Han}]]+", "漢ab字", "3-5")]
    [InlineData(@"\x41\u0042\x{43}", "ABC", "0-3")]
    [InlineData(@"a{2,3}", "aaaaa", "0-3 3-5")]
    [InlineData("^a|b$", "ab\nab", "0-1 1-2 3-4 4-5")]
    public void Compile_Pattern_FindsLeftmostFirstMatches(string pattern, string text, string expected) =>
        Matches(PatternFactory.Compile(pattern), Encoding.UTF8.GetBytes(text)).ShouldBe(expected);

    [Theory]
    [InlineData("(a+)+", "repetition")]
    [InlineData(@"(a)\1", "escape")]
    [InlineData("(?=ab)c", "look-around")]
    [InlineData("a++a", "possessive")]
    [InlineData("(?>a)", "group")]
    [InlineData("(a", "unmatched")]
    [InlineData("[a", "unmatched")]
    [InlineData("a{1,5000}", "count")]
    [InlineData("*a", "repeat")]
    [InlineData(@"\p{Nope}", "property")]
    public void B34_Compile_RefusedPattern_NamesTheReason(string pattern, string reason) =>
        Should.Throw<FormatException>(() => PatternFactory.Compile(pattern)).Message.ShouldContain(reason);

    [Fact]
    public void B34_Compile_NestedChoiceOfRuns_TakesLinearSteps()
    {
        var pattern = PatternFactory.Compile("(?:a|b|ab)*c");
        var text = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("ab", 50_000)));

        // Backtracking would need 2^50000 steps here.
        pattern.TryFind(text, 0, out _, out _).ShouldBeFalse();
    }

    internal static string RandomText(Random random)
    {
        string[] bits = ["a", "B", "é", "Ü", "中", "ǅ", "ʰ", "\u0301", "1", "²", "٣", "𝟘", " ", "  ", "\t", "\n",
            "\r\n", "\u00a0", "\u3000", "'", "'s", "'LL", "'\u017f",
            ".", "/", "!?", "$", "😀", "\u200d", "\u0000", "_", "ー", "한", "𝒜", "\u2028", "\u0378", "-x", "don't"];
        return string.Concat(Enumerable.Range(0, random.Next(1, 14)).Select(_ => bits[random.Next(bits.Length)]));
    }

    private static string Matches(TextPattern pattern, byte[] text)
    {
        var found = new List<string>();
        for (var at = 0; at <= text.Length
            && pattern.TryFind(text, at, out var start, out var end); at = PatternSearch.Next(text, start, end))
        {
            found.Add($"{start}-{end}");
        }

        return string.Join(' ', found);
    }
}
