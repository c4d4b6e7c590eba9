using System.Text;
using Pipeline.Data.Dedup;

namespace Pipeline.Data.Decontamination;

/// <summary>
/// The n-grams of the evaluation side; training text is streamed against it with one rolling hash a length.
/// </summary>
internal sealed class NGramIndex
{
    private const ulong Roll = 0x9E3779B97F4A7C15;
    private const ulong Seed = 0xA0761D6478BD642F;
    private readonly SortedDictionary<int, GramTable> _byLength = [];
    private readonly Dictionary<ulong, int> _whole = [];
    private readonly List<string[]> _words = [];
    private ulong[] _hashes = new ulong[256];

    public NGramIndex(
        IReadOnlyList<EvaluationItem> items, IReadOnlyList<int> lengths, bool shortItemsWhole, int minimumWords)
    {
        var (text, shortest) = (new WordText(), lengths.Min());
        var sought = new HashSet<(string, string)>();
        for (var item = 0; item < items.Count; item++)
        {
            text.Load(Encoding.UTF8.GetBytes(items[item].Text));
            _words.Add(
                [.. Enumerable.Range(0, text.Count).Select(word => Encoding.UTF8.GetString(text.Slice(word, 1)))]);
            HashWords(text);
            if (text.Count > 0)
            {
                _whole.TryAdd(Hash(0, text.Count), item);
            }

            if (text.Count >= shortest)
            {
                sought.Add((items[item].Task, items[item].Id));
                foreach (var length in lengths.Where(length => length <= text.Count))
                {
                    Add(item, length, text.Count);
                }
            }
            else if (shortItemsWhole && text.Count >= minimumWords)
            {
                sought.Add((items[item].Task, items[item].Id));
                Add(item, text.Count, text.Count);
            }
        }

        Skipped = items.Select(item => (item.Task, item.Id)).Distinct().Count(item => !sought.Contains(item));

        foreach (var grams in _byLength.Values)
        {
            grams.Seal();
        }
    }

    /// <summary>
    /// Items too short to be looked for inside other texts; a text that is the item and nothing else is still found.
    /// </summary>
    public int Skipped { get; }

    /// <summary>
    /// Hits by position, then length; a match is confirmed word by word, so equal hashes cannot deceive.
    /// </summary>
    public void Find(WordText text, List<NGramHit> hits)
    {
        hits.Clear();
        HashWords(text);
        foreach (var (length, grams) in _byLength)
        {
            Search(text, length, grams, hits);
        }

        hits.Sort((left, right) =>
            (left.WordIndex, left.Words, left.Item).CompareTo((right.WordIndex, right.Words, right.Item)));
    }

    /// <summary>
    /// The item of which a text has all the words and no other; -1 for none. Call after <see cref="Find"/> of the same
    /// text.
    /// </summary>
    public int WholeItem(WordText text) =>
        text.Count > 0 && _whole.TryGetValue(Hash(0, text.Count), out var item) && _words[item].Length == text.Count
            && Confirm(text, 0, text.Count, item) ? item : -1;

    // The oldest word leaves the rolling hash with the weight that it has by then.
    private void Search(WordText text, int length, GramTable grams, List<NGramHit> hits)
    {
        if (text.Count < length)
        {
            return;
        }

        var hashes = _hashes.AsSpan(0, text.Count);
        var (weight, rolling) = (1UL, 0UL);
        for (var i = 0; i < length; i++)
        {
            rolling = (rolling * Roll) + hashes[i];
            weight *= Roll;
        }

        for (var i = length; ; i++)
        {
            if (grams.MayHold(rolling))
            {
                Confirm(text, i - length, length, grams.ItemsOf(rolling), hits);
            }

            if (i == hashes.Length)
            {
                break;
            }

            rolling = (rolling * Roll) + hashes[i] - (hashes[i - length] * weight);
        }
    }

    private void Confirm(WordText text, int at, int length, IReadOnlyList<int> items, List<NGramHit> hits)
    {
        foreach (var item in items)
        {
            if (Confirm(text, at, length, item))
            {
                hits.Add(new NGramHit(at, length, item));
            }
        }
    }

    private void Add(int item, int length, int words)
    {
        var grams = _byLength.TryGetValue(length, out var found) ? found : _byLength[length] = new GramTable();
        for (var at = 0; at + length <= words; at++)
        {
            grams.Add(Hash(at, length), item);
        }
    }

    private bool Confirm(WordText text, int at, int length, int item)
    {
        var gram = Encoding.UTF8.GetString(text.Slice(at, length)).Split(' ');
        var words = _words[item];
        for (var start = 0; start + length <= words.Length; start++)
        {
            if (words.AsSpan(start, length).SequenceEqual(gram))
            {
                return true;
            }
        }

        return false;
    }

    private void HashWords(WordText text)
    {
        if (_hashes.Length < text.Count)
        {
            Array.Resize(ref _hashes, text.Count * 2);
        }

        text.HashWords(_hashes, Seed);
    }

    private ulong Hash(int at, int length)
    {
        var hash = 0UL;
        for (var i = at; i < at + length; i++)
        {
            hash = (hash * Roll) + _hashes[i];
        }

        return hash;
    }
}
