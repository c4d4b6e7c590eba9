using System.Runtime.InteropServices;
using System.Text;
using Pipeline.Data.Dedup;

namespace Pipeline.Data.Decontamination;

/// <summary>The n-grams of the evaluation side; training text is streamed against it with one rolling hash a length.</summary>
internal sealed class NGramIndex
{
    private const ulong Roll = 0x9E3779B97F4A7C15;
    private readonly SortedDictionary<int, Dictionary<ulong, List<int>>> _byLength = [];
    private readonly Dictionary<ulong, int> _whole = [];
    private readonly List<string[]> _words = [];
    private ulong[] _hashes = new ulong[256];

    public NGramIndex(IReadOnlyList<EvaluationItem> items, IReadOnlyList<int> lengths, bool shortItemsWhole, int minimumWords)
    {
        var (text, shortest) = (new WordText(), lengths.Min());
        for (var item = 0; item < items.Count; item++)
        {
            text.Load(Encoding.UTF8.GetBytes(items[item].Text));
            _words.Add([.. Enumerable.Range(0, text.Count).Select(word => Encoding.UTF8.GetString(text.Slice(word, 1)))]);
            HashWords(text);
            if (text.Count > 0)
            {
                _whole.TryAdd(Hash(0, text.Count), item);
            }

            if (text.Count >= shortest)
            {
                foreach (var length in lengths.Where(length => length <= text.Count))
                {
                    Add(item, length, text.Count);
                }
            }
            else if (shortItemsWhole && text.Count >= minimumWords)
            {
                Add(item, text.Count, text.Count);
            }
            else
            {
                Skipped += 1;
            }
        }
    }

    /// <summary>Items too short to be looked for inside other texts; a text that is the item and nothing else is still found.</summary>
    public int Skipped { get; }

    /// <summary>Hits by position, then length; a match is confirmed word by word, so equal hashes cannot deceive.</summary>
    public void Find(WordText text, List<NGramHit> hits)
    {
        hits.Clear();
        HashWords(text);
        foreach (var (length, index) in _byLength)
        {
            if (text.Count < length)
            {
                continue;
            }

            var (weight, rolling) = (1UL, 0UL);
            for (var i = 1; i < length; i++)
            {
                weight *= Roll;
            }

            for (var i = 0; i < text.Count; i++)
            {
                rolling = ((i >= length ? rolling - (_hashes[i - length] * weight) : rolling) * Roll) + _hashes[i];
                if (i >= length - 1 && index.TryGetValue(rolling, out var items))
                {
                    foreach (var item in items.Where(item => Confirm(text, i - length + 1, length, item)))
                    {
                        hits.Add(new NGramHit(i - length + 1, length, item));
                    }
                }
            }
        }

        hits.Sort((left, right) => (left.WordIndex, left.Words, left.Item).CompareTo((right.WordIndex, right.Words, right.Item)));
    }

    /// <summary>The item of which a text has all the words and no other; -1 for none. Call after <see cref="Find"/> of the same text.</summary>
    public int WholeItem(WordText text) =>
        text.Count > 0 && _whole.TryGetValue(Hash(0, text.Count), out var item) && _words[item].Length == text.Count && Confirm(text, 0, text.Count, item) ? item : -1;

    private void Add(int item, int length, int words)
    {
        var index = _byLength.TryGetValue(length, out var found) ? found : _byLength[length] = [];
        for (var at = 0; at + length <= words; at++)
        {
            ref var list = ref CollectionsMarshal.GetValueRefOrAddDefault(index, Hash(at, length), out _);
            list ??= [];
            if (list.Count == 0 || list[^1] != item)
            {
                list.Add(item);
            }
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

        var bytes = text.Bytes;
        for (var i = 0; i < text.Count; i++)
        {
            _hashes[i] = FastHash.Of(bytes[text.Start(i)..text.End(i)], 0x5EED);
        }
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
