using System.Text;
using Pipeline.Data.Sanitization;

namespace Pipeline.Data.Tests.Sanitization;

public sealed class TraitScannerTests
{
    private static readonly string[] Pieces =
    [
        "plain words ", "one more ", ".", "-", "--", "---", "x", "o", "xo", "s", "p", "y", "J", "I", "A", "Passport",
        "PASSPORT", " -p", "at", "At", "AT ", ")", "]", "}",
        "\n", "<", "%", "=", "7", ":", "@", "_", "\t", "\r", "\u0001", "\u001f", "\u007f", "é", "～",
    ];

    [Fact]
    public void Of_RandomText_TellsWhatTheSearchesFind()
    {
        var random = new Random(5);
        for (var round = 0; round < 20_000; round++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(1, 40))
                .Select(_ => Pieces[random.Next(random.Next(4) == 0 ? Pieces.Length : 8)]));
            TraitScanner.Of(Encoding.UTF8.GetBytes(text)).ShouldBe(Expected(text), text);
        }

        TraitScanner.Of([]).ShouldBe(TextTraits.None);
    }

    private static TextTraits Expected(string text)
    {
        var traits = TextTraits.None;
        traits |= text.Any(c => c is > '~' or (< ' ' and not ('\n' or '\t'))) ? TextTraits.Odd : traits;
        traits |= text.AsSpan().ContainsAny("\n<%=") ? TextTraits.Signs : traits;
        traits |= text.Any(c => char.IsAsciiDigit(c) || c is ':' or '@' or '_') ? TextTraits.Anchors : traits;
        string[] prefixes = ["---", "yJ", "IA", "xox", " -p"];
        // Behind the last letter of a text the scanner sees a space.
        traits |= $"{text} ".Contains("T ", StringComparison.Ordinal) || ((string[])["t)", "t]", "t}"])
            .Any(word => text.Contains(word, StringComparison.OrdinalIgnoreCase)) ? TextTraits.Spelled : traits;
        return traits | (prefixes.Any(prefix => text.Contains(prefix, StringComparison.Ordinal))
            || text.Contains("ssp", StringComparison.OrdinalIgnoreCase)
            ? TextTraits.Prefixes : traits);
    }
}
