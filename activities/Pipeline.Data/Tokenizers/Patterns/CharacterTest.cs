using Pipeline.Data.Tokenizers.Unicode;

namespace Pipeline.Data.Tokenizers.Patterns;

/// <summary>A character class of a regular expression.</summary>
internal sealed class CharacterTest
{
    private readonly Func<int, bool> _accepts;
    private readonly ulong _asciiLow;
    private readonly ulong _asciiHigh;

    internal CharacterTest(Func<int, bool> accepts)
    {
        _accepts = accepts;
        for (var c = 0; c < 64; c++)
        {
            if (accepts(c)) _asciiLow |= 1UL << c;
            if (accepts(c + 64)) _asciiHigh |= 1UL << c;
        }
    }

    internal bool Accepts(int c) =>
        c < 64 ? ((_asciiLow >> c) & 1) != 0 : c < 128 ? ((_asciiHigh >> (c - 64)) & 1) != 0 : _accepts(c);

    internal CharacterTest Not() => new(c => !Accepts(c));

    internal CharacterTest And(CharacterTest other) => new(c => Accepts(c) && other.Accepts(c));

    internal static CharacterTest AnyOf(IReadOnlyList<CharacterTest> tests) =>
        tests.Count == 1 ? tests[0] : new CharacterTest(c => tests.Any(test => test.Accepts(c)));

    internal static CharacterTest Range(int first, int last) => new(c => c >= first && c <= last);

    internal static CharacterTest Category(uint mask) => new(c => CodePoints.IsIn(c, mask));

    /// <summary>The class without regard to case; the long s and the kelvin sign fold to letters of ASCII.</summary>
    internal CharacterTest IgnoringCase() => new(c =>
    {
        if (Accepts(c)) return true;
        var rune = new System.Text.Rune(c is >= 0xD800 and < 0xE000 ? 0xFFFD : c);
        var (lower, upper) =
            (System.Text.Rune.ToLowerInvariant(rune).Value, System.Text.Rune.ToUpperInvariant(rune).Value);
        return Accepts(lower) || Accepts(upper)
            || (c is 0x17F && (Accepts('s') || Accepts('S'))) || (c is 's' or 'S' && Accepts(0x17F))
            || (c is 0x212A && (Accepts('k') || Accepts('K'))) || (c is 'k' or 'K' && Accepts(0x212A));
    });

    /// <summary>Whether no character is in both classes.</summary>
    internal bool IsDisjointFrom(CharacterTest other)
    {
        for (var c = 0; c < 0x110000; c++)
        {
            if (Accepts(c) && other.Accepts(c)) return false;
        }

        return true;
    }
}
