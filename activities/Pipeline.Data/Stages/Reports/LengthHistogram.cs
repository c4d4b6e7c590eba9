namespace Pipeline.Data.Stages.Reports;

/// <summary>How long the texts of rows are, in words, by powers of two.</summary>
public sealed class LengthHistogram
{
    private readonly SortedDictionary<int, long> _buckets = [];

    /// <summary>Rows by the upper bound of their bucket, from the shortest to the longest; none is left out.</summary>
    public IReadOnlyDictionary<string, long> Buckets => _buckets.Count == 0 ? new Dictionary<string, long>() :
        Enumerable.Range(_buckets.Keys.First(), _buckets.Keys.Last() - _buckets.Keys.First() + 1)
            .ToDictionary(bucket => $"≤ {1L << bucket:N0}", bucket => _buckets.GetValueOrDefault(bucket));

    /// <summary>Counts the rows of files.</summary>
    /// <param name="files">Canonical JSONL files.</param>
    /// <param name="fields">Fields that are text.</param>
    /// <param name="cancellationToken">Stops the count.</param>
    /// <returns>The histogram.</returns>
    public static LengthHistogram Of(
        IReadOnlyList<string> files, TextFields fields, CancellationToken cancellationToken = default)
    {
        var (histogram, parser) = (new LengthHistogram(), new RowParser(fields));
        foreach (var row in new RowFileReader(files).Read())
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (parser.Parse(row.Utf8.Span) is null)
            {
                var words = Words(parser.Text.Span);
                var bucket = words <= 1 ? 0 : 32 - System.Numerics.BitOperations.LeadingZeroCount((uint)(words - 1));
                histogram._buckets[bucket] = histogram._buckets.GetValueOrDefault(bucket) + 1;
            }
        }

        return histogram;
    }

    private static int Words(ReadOnlySpan<byte> text)
    {
        var (words, inside) = (0, false);
        foreach (var c in text)
        {
            var space = c is (byte)' ' or (byte)'\n' or (byte)'\t' or (byte)'\r';
            words += !space && !inside ? 1 : 0;
            inside = !space;
        }

        return words;
    }
}
