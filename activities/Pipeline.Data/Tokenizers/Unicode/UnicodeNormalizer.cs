namespace Pipeline.Data.Tokenizers.Unicode;

/// <summary>
/// Canonical and compatibility decomposition and composition (Unicode Standard Annex 15). Each result character carries
/// the change it makes to the alignment: 0 replaces a character, 1 is inserted, -n swallows n more.
/// </summary>
internal sealed class UnicodeNormalizer(bool compose, bool compatible)
{
    private const int HangulBase = 0xAC00, LeadBase = 0x1100, VowelBase = 0x1161, TrailBase = 0x11A7;
    private const int Leads = 19, Vowels = 21, Trails = 28;

    /// <summary>Whether this form may change the text; false is certain.</summary>
    internal bool MayChange(ReadOnlySpan<byte> text)
    {
        var data = UnicodeData.Instance;
        for (var at = 0; at < text.Length;)
        {
            // Every character below U+0300 is stable under NFC, every ASCII one under all forms.
            var safe = compose && !compatible ? text[at..].IndexOfAnyInRange((byte)0xCC, (byte)0xF4)
                : text[at..].IndexOfAnyInRange((byte)0x80, (byte)0xF4);
            if (safe < 0) return false;
            at += safe;
            var c = CodePoints.Decode(text, at, out var length);
            at += length;
            if (compose && !compatible)
            {
                if (data.MayChangeUnderNfc(c)) return true;
            }
            else if (c is >= HangulBase and < HangulBase + (Leads * Vowels * Trails)
                || data.CombiningClass(c) != 0 || data.Decomposition(c, compatible) is not null
                || (compose && data.MayChangeUnderNfc(c)))
            {
                return true;
            }
        }

        return false;
    }

    internal List<(int CodePoint, int Change)> Normalize(ReadOnlySpan<byte> text)
    {
        var decomposed = Decompose(text);
        return compose ? Compose(decomposed) : decomposed;
    }

    private List<(int CodePoint, int Change)> Decompose(ReadOnlySpan<byte> text)
    {
        var data = UnicodeData.Instance;
        var output = new List<(int CodePoint, int Change)>(text.Length);
        var marks = 0;
        for (var at = 0; at < text.Length;)
        {
            var c = CodePoints.Decode(text, at, out var length);
            at += length;
            if (c is >= HangulBase and < HangulBase + (Leads * Vowels * Trails))
            {
                var index = c - HangulBase;
                Push(LeadBase + (index / (Vowels * Trails)), 0);
                Push(VowelBase + (index % (Vowels * Trails) / Trails), 1);
                if (index % Trails != 0) Push(TrailBase + (index % Trails), 1);
            }
            else if (c >= 0xA0 && data.Decomposition(c, compatible) is { } parts)
            {
                for (var i = 0; i < parts.Length; i++) Push(parts[i], i == 0 ? 0 : 1);
            }
            else
            {
                Push(c, 0);
            }
        }

        Reorder(output, marks);
        return output;

        void Push(int c, int change)
        {
            if (data.CombiningClass(c) == 0)
            {
                Reorder(output, marks);
                marks = 0;
            }
            else
            {
                marks++;
            }

            output.Add((c, change));
        }
    }

    /// <summary>Sorts the last characters by combining class, equal classes in their order.</summary>
    private static void Reorder(List<(int CodePoint, int Change)> output, int marks)
    {
        if (marks < 2) return;
        var data = UnicodeData.Instance;
        var run = output.GetRange(output.Count - marks, marks);
        output.RemoveRange(output.Count - marks, marks);
        output.AddRange(run.OrderBy(mark => data.CombiningClass(mark.CodePoint)));
    }

    private static List<(int CodePoint, int Change)> Compose(List<(int CodePoint, int Change)> input)
    {
        var data = UnicodeData.Instance;
        var output = new List<(int CodePoint, int Change)>(input.Count);
        var starter = -1;
        var lastClass = -1;
        foreach (var (c, change) in input)
        {
            var combining = data.CombiningClass(c);
            if (starter >= 0 && (lastClass < 0 || lastClass < combining))
            {
                var composed = Pair(output[starter].CodePoint, c);
                if (composed >= 0)
                {
                    output[starter] = (composed, output[starter].Change + change - 1);
                    continue;
                }
            }

            if (combining == 0)
            {
                starter = output.Count;
                lastClass = -1;
            }
            else if (starter >= 0)
            {
                lastClass = combining;
            }

            output.Add((c, change));
        }

        return output;
    }

    private static int Pair(int first, int second)
    {
        if (first is >= LeadBase and < LeadBase + Leads && second is >= VowelBase and < VowelBase + Vowels)
        {
            return HangulBase + ((((first - LeadBase) * Vowels) + (second - VowelBase)) * Trails);
        }

        if (first is >= HangulBase and < HangulBase + (Leads * Vowels * Trails) && (first - HangulBase) % Trails == 0
            && second is > TrailBase and < TrailBase + Trails)
        {
            return first + (second - TrailBase);
        }

        return UnicodeData.Instance.Compose(first, second);
    }
}
