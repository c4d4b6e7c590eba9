namespace Pipeline.Data.Tokenizers.Unicode;

/// <summary>A set of code points as sorted ranges.</summary>
internal sealed class CodePointSet
{
    private readonly int[] _starts;
    private readonly int[] _ends;

    internal CodePointSet(IEnumerable<(int First, int Last)> ranges)
    {
        var sorted = ranges.OrderBy(range => range.First).ToArray();
        _starts = [.. sorted.Select(range => range.First)];
        _ends = [.. sorted.Select(range => range.Last)];
    }

    /// <summary>Parses hexadecimal ranges separated by spaces, such as <c>300-36F 483</c>.</summary>
    internal static CodePointSet Parse(string ranges) => new(ParseRanges(ranges));

    internal static IEnumerable<(int First, int Last)> ParseRanges(string ranges)
    {
        foreach (var range in ranges.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            var dash = range.IndexOf('-');
            var first = Convert.ToInt32(dash < 0 ? range : range[..dash], 16);
            yield return (first, dash < 0 ? first : Convert.ToInt32(range[(dash + 1)..], 16));
        }
    }

    internal bool Contains(int codePoint)
    {
        var at = Array.BinarySearch(_starts, codePoint);
        if (at >= 0) return true;
        at = ~at - 1;
        return at >= 0 && codePoint <= _ends[at];
    }
}
