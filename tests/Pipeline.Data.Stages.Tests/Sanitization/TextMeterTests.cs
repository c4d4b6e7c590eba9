using System.Text;
using Pipeline.Data.Sanitization.Quality;

namespace Pipeline.Data.Tests.Sanitization;

public sealed class TextMeterTests
{
    private static readonly string[] Pieces =
    [
        "the", "The", "of", "be", "(that)", "with.", "have", "wort", "x", "internationalization", "https://a.org/b",
        "WWW.a.org", "a://", "...", "....", "..", ".", "#", "(", "]", "42", "7",
        " ", "  ", "\n", "\r\n", "\n\n", "\t", "\f", "\v", "\u001c", "\0", "* item", "- item", "!?", "\"and\"", "'to'",
        "We use cookies here", "all rights", "Privacy policy", "Terms of Use", "cookie", "~", "\u007f", "@", "_",
    ];

    [Fact]
    public void Measure_RandomAscii_BlocksCountWhatSingleCharactersCount()
    {
        var (random, meter, other) = (new Random(11), new TextMeter(), new TextMeter());
        for (var round = 0; round < 4000; round++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(round % 50 == 0 ? 600 : 40))
                .Select(_ => Pieces[random.Next(Pieces.Length)] + (random.Next(3) == 0 ? "" : " ")));
            meter.Measure(Encoding.ASCII.GetBytes(text)).ShouldBe(other.Measure(text), text);
        }
    }

    [Fact]
    public void Measure_EveryPhraseAtEveryPlace_CountsItsLine()
    {
        var (meter, cases) = (new TextMeter(), 0);
        foreach (var phrase in TextMeter.Phrases.SelectMany(phrase => new[] { phrase, phrase.ToUpperInvariant() }))
        {
            for (var before = 0; before < 130; before++)
            {
                var text = new string('x', before) + phrase + (before % 3 == 0 ? "" : " and more");
                meter.Measure(Encoding.ASCII.GetBytes(text)).Boilerplate.ShouldBe(1, text);
                cases++;
            }
        }

        cases.ShouldBe(TextMeter.Phrases.Length * 2 * 130);
    }

    [Fact]
    public void Measure_MoreWordsThanUsual_CountsEveryPair()
    {
        var text = string.Join(' ', Enumerable.Range(0, 30_000).Select(i => $"w{i % 15_000}"));
        var scores = new TextMeter().Measure(Encoding.ASCII.GetBytes(text));
        (scores.Words, scores.TopPair).ShouldBe((30_000, 26.0 / text.Length));
    }

    [Fact]
    public void RunTable_PruneAndGrow_KeepWhatIsAboveTheBound()
    {
        var table = new RunTable();
        for (var key = 1UL; key <= 50_000; key++)
        {
            table.Find(key * 0x9E3779B97F4A7C15).Rows = (int)(key % 5);
        }

        table.Prune(2);
        Enumerable.Range(1, 50_000)
            .Count(key => table.Find((ulong)key * 0x9E3779B97F4A7C15).Rows is var rows
                && rows != (key % 5 > 2 ? key % 5 : 0)).ShouldBe(0);
    }
}
