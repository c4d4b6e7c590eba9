using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace TorchSharp.Utils;

/// <summary>A dictionary that enumerates in order of insertion, as (key, value) tuples.</summary>
public class OrderedDict<TKey, TValue> : IEnumerable<(TKey, TValue)>
    where TKey : notnull
{
    private readonly List<(TKey Key, TValue Value)> _list = [];
    private readonly Dictionary<TKey, TValue> _dict = [];

    public int Count => _dict.Count;

    public ICollection<TKey> Keys => _list.Select(static kv => kv.Key).ToList();

    public ICollection<TValue> Values => _list.Select(static kv => kv.Value).ToList();

    public TValue this[TKey key]
    {
        get => _dict[key];
        set
        {
            var at = _list.FindIndex(kv => kv.Key.Equals(key));
            _dict[key] = value;
            if (at >= 0)
            {
                _list[at] = (key, value);
            }
            else
            {
                _list.Add((key, value));
            }
        }
    }

    public void Add(TKey key, TValue value)
    {
        _dict.Add(key, value);
        _list.Add((key, value));
    }

    public bool ContainsKey(TKey key) => _dict.ContainsKey(key);

    public bool TryGetValue(TKey key, [MaybeNullWhen(false)] out TValue value) => _dict.TryGetValue(key, out value);

    public bool Remove(TKey key)
    {
        _list.RemoveAll(kv => kv.Key.Equals(key));
        return _dict.Remove(key);
    }

    public void clear() => Clear();

    public void Clear()
    {
        _list.Clear();
        _dict.Clear();
    }

    public IEnumerator<(TKey, TValue)> GetEnumerator() => _list.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
