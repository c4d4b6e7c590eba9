namespace Pipeline.Data.ChatTemplates.Values;

/// <summary>A Python dictionary: insertion order, and 1, 1.0 and True are the same key.</summary>
internal sealed class DictValue
{
    private const int IndexFrom = 9;
    private readonly List<KeyValuePair<object?, object?>> _entries = [];
    private Dictionary<KeyBox, int>? _index;

    public int Count => _entries.Count;

    public IReadOnlyList<KeyValuePair<object?, object?>> Entries => _entries;

    public bool TryGet(object? key, out object? value)
    {
        var at = Find(key);
        value = at < 0 ? null : _entries[at].Value;
        return at >= 0;
    }

    public void Set(object? key, object? value)
    {
        var at = Find(key);
        if (at >= 0)
        {
            _entries[at] = new(_entries[at].Key, value);
            return;
        }

        if (key is ListValue or DictValue) throw Fault.Type($"unhashable type: '{Kinds.Name(key)}'");
        _entries.Add(new(key, value));
        if (_index is not null) _index[new KeyBox(key)] = _entries.Count - 1;
        else if (_entries.Count >= IndexFrom)
            _index = _entries.Index().ToDictionary(e => new KeyBox(e.Item.Key), e => e.Index);
    }

    private int Find(object? key)
    {
        if (_index is not null) return _index.TryGetValue(new KeyBox(key), out var found) ? found : -1;
        for (var i = 0; i < _entries.Count; i++)
        {
            var other = _entries[i].Key;
            if (ReferenceEquals(other, key)
                || (key is string text ? other is string known && known == text : Operations.AreEqual(other, key)))
                return i;
        }

        return -1;
    }

    private readonly struct KeyBox(object? key) : IEquatable<KeyBox>
    {
        private readonly object? _key = key;

        public bool Equals(KeyBox other) => Operations.AreEqual(_key, other._key);

        public override bool Equals(object? obj) => obj is KeyBox other && Equals(other);

        public override int GetHashCode() => _key switch
        {
            null => 0,
            string text => StringComparer.Ordinal.GetHashCode(text),
            TupleValue tuple => tuple.Items.Length,
            _ => Numbers.TryDouble(_key, out var number) ? number.GetHashCode() : 1,
        };
    }
}
