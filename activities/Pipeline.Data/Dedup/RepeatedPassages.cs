namespace Pipeline.Data.Dedup;

/// <summary>Finds windows of words that occur more than once anywhere in a set of documents.</summary>
/// <param name="window">Words a window, at least 1.</param>
public sealed class RepeatedPassages(int window)
{
    private readonly List<string[]> _documents = [];

    /// <summary>Adds a document.</summary>
    /// <param name="words">Its words in order.</param>
    public void Add(IReadOnlyList<string> words) => _documents.Add([.. words]);

    /// <summary>Spans of words covered by repeated windows.</summary>
    /// <param name="afterFirst">Whether the first occurrence of each window (document order, then position) is left
    /// out.</param>
    /// <returns>One list of half-open word spans a document.</returns>
    public IReadOnlyList<IReadOnlyList<(int Start, int End)>> Find(bool afterFirst)
    {
        // Windows are told apart by a 128-bit hash; equal hashes of different texts do not happen in practice.
        var counts = new Dictionary<UInt128, int>();
        foreach (var (_, _, key) in Windows())
        {
            counts[key] = counts.GetValueOrDefault(key) + 1;
        }

        var spans = _documents.Select(_ => new List<(int, int)>()).ToList();
        var seen = new HashSet<UInt128>();
        foreach (var (document, at, key) in Windows())
        {
            if (counts[key] < 2 || (seen.Add(key) && afterFirst))
            {
                continue;
            }

            var list = spans[document];
            if (list.Count > 0 && list[^1].Item2 >= at)
            {
                list[^1] = (list[^1].Item1, at + window);
            }
            else
            {
                list.Add((at, at + window));
            }
        }

        return spans;
    }

    private IEnumerable<(int Document, int At, UInt128 Key)> Windows()
    {
        for (var document = 0; document < _documents.Count; document++)
        {
            var hashes = Array.ConvertAll(_documents[document], Hash);
            for (var at = 0; at + window <= hashes.Length; at++)
            {
                var (high, low) = (0UL, 0UL);
                for (var i = at; i < at + window; i++)
                {
                    high = FastHash.Mix(high ^ hashes[i], 0xA0761D6478BD642F);
                    low = (low * 0x9E3779B97F4A7C15) + hashes[i];
                }

                yield return (document, at, new UInt128(high, FastHash.Finish(low)));
            }
        }
    }

    private static ulong Hash(string word) => FastHash.Of(System.Text.Encoding.UTF8.GetBytes(word), 17);
}
