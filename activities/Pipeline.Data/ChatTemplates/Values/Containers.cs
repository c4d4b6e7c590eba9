namespace Pipeline.Data.ChatTemplates.Values;

/// <summary>A Python list; templates cannot change it.</summary>
internal sealed class ListValue(List<object?> items)
{
    public List<object?> Items { get; } = items;
}

/// <summary>A Python tuple; groups of <c>groupby</c> have names for their two members.</summary>
internal sealed class TupleValue(object?[] items, params string[] names)
{
    public object?[] Items { get; } = items;

    public string[] Names { get; } = names;
}

/// <summary>A Python range.</summary>
internal sealed record RangeValue(long Start, long Stop, long Step)
{
    public long Count =>
        Step > 0 ? Math.Max(0, (Stop - Start + Step - 1) / Step) : Math.Max(0, (Start - Stop - Step - 1) / -Step);

    public long At(long index) => Start + (index * Step);
}

/// <summary>Values made one by one when asked for; can be walked once, like a Python generator.</summary>
internal sealed class LazyValue(IEnumerable<object?> source)
{
    private readonly IEnumerator<object?> _items = source.GetEnumerator();

    public IEnumerable<object?> Items()
    {
        while (_items.MoveNext()) yield return _items.Current;
    }
}

/// <summary>A view of a dictionary: <c>dict_keys</c>, <c>dict_values</c> or <c>dict_items</c>.</summary>
internal sealed record ViewValue(string Kind, ListValue Items);

/// <summary>Python bytes.</summary>
internal sealed record BytesValue(byte[] Bytes);

/// <summary>A namespace: the one object whose attributes a template may set.</summary>
internal sealed class NamespaceValue
{
    private readonly DictValue _members = new();

    public object? Get(string name) => _members.TryGet(name, out var value) ? value : UndefinedValue.Member(this, name);

    public void Set(string name, object? value)
    {
        if (name.StartsWith('_'))
            throw Fault.Security($"a namespace cannot hold '{name}': names that start with an underscore are refused");
        _members.Set(name, value);
    }
}

/// <summary>Something that can be called.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Call">The code.</param>
/// <param name="Kind">What it prints as and its type's name.</param>
internal sealed record FunctionValue(string Name, Func<Scope, Arguments, object?> Call, string Kind = "function")
{
    /// <summary>Readable attributes, by name; a function gives a value that may change.</summary>
    public IReadOnlyDictionary<string, Func<object?>> Members { get; init; } =
        new Dictionary<string, Func<object?>>(StringComparer.Ordinal);
}
