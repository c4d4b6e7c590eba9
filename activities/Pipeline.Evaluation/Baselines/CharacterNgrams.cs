using Pipeline.Evaluation.Text;

namespace Pipeline.Evaluation.Baselines;

/// <summary>
/// Texts as sparse vectors of character 2- to 5-grams inside words, weighted by term and inverse document frequency.
/// </summary>
internal sealed class CharacterNgrams
{
    private readonly Dictionary<string, int> _index = new(StringComparer.Ordinal);
    private readonly List<float> _idf = [];

    /// <summary>
    /// Learns n-grams and their frequencies; those of a single text are left out, they cannot generalise.
    /// </summary>
    public CharacterNgrams(IReadOnlyList<string> texts)
    {
        var frequency = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var gram in texts.SelectMany(text => Grams(text).Distinct(StringComparer.Ordinal)))
            frequency[gram] = frequency.GetValueOrDefault(gram) + 1;
        foreach (var (gram, count) in frequency.Where(pair => pair.Value > 1)
            .OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            _index[gram] = _idf.Count;
            _idf.Add((float)(Math.Log((1.0 + texts.Count) / (1 + count)) + 1));
        }
    }

    /// <summary>Number of n-grams.</summary>
    public int Count => _idf.Count;

    /// <summary>Non-zero components of a text's vector of length 1.</summary>
    public (int[] Index, float[] Value) Vector(string text)
    {
        var counts = new Dictionary<int, int>();
        foreach (var gram in Grams(text))
        {
            if (_index.TryGetValue(gram, out var at)) counts[at] = counts.GetValueOrDefault(at) + 1;
        }

        int[] index = [.. counts.Keys.Order()];
        // Repeated n-grams count by the logarithm, so that a long text is not dominated by one word.
        float[] value = [.. index.Select(at => (1 + MathF.Log(counts[at])) * _idf[at])];
        var length = MathF.Sqrt(value.Sum(x => x * x));
        return (index, length == 0 ? value : [.. value.Select(x => x / length)]);
    }

    private static IEnumerable<string> Grams(string text)
    {
        foreach (var word in UnicodeText.Words(UnicodeText.Lower(text)).Select(word => $" {word} "))
        {
            for (var length = 2; length <= 5; length++)
            {
                for (var start = 0; start + length <= word.Length; start++) yield return word.Substring(start, length);
                // A short word stands once, as itself.
                if (word.Length <= length) break;
            }
        }
    }
}
