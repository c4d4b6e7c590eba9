namespace Pipeline.Data.ChatTemplates.Values;

/// <summary>The <c>loop</c> variable; looks ahead only as far as the template asks.</summary>
internal sealed class LoopValue(
    IEnumerable<object?> source, object? original, int depth, Func<object?, int, string>? recurse) : IDisposable
{
    private readonly IEnumerator<object?> _items = source.GetEnumerator();
    private Queue<object?>? _ahead;
    private object? _previous;
    private bool _hasPrevious;
    private ListValue? _lastChanged;
    private object? _current;

    public long Index0 { get; private set; } = -1;

    public long Length
    {
        get
        {
            if (original is ListValue or TupleValue or DictValue) return Kinds.Length(original);
            while (_items.MoveNext()) (_ahead ??= new()).Enqueue(_items.Current);
            return Index0 + 1 + (_ahead?.Count ?? 0);
        }
    }

    public bool MoveNext(out object? item)
    {
        if (Index0 >= 0) (_previous, _hasPrevious) = (_current, true);
        if (_ahead is null || !_ahead.TryDequeue(out item))
        {
            item = null;
            if (!_items.MoveNext()) return false;
            item = _items.Current;
        }

        _current = item;
        Index0++;
        return true;
    }

    public IEnumerable<object?> Rest()
    {
        while (MoveNext(out var item)) yield return item;
    }

    public void Dispose() => _items.Dispose();

    /// <summary>An attribute of the loop, or false when there is none of that name.</summary>
    public bool TryGet(string name, out object? value)
    {
        value = name switch
        {
            "index" => Numbers.Box(Index0 + 1),
            "index0" => Numbers.Box(Index0),
            "first" => Index0 == 0,
            "last" => !Peek(out _),
            "length" => Numbers.Box(Length),
            "revindex" => Numbers.Box(Length - Index0),
            "revindex0" => Numbers.Box(Length - Index0 - 1),
            "depth" => Numbers.Box(depth + 1),
            "depth0" => Numbers.Box(depth),
            "previtem" => _hasPrevious ? _previous : new UndefinedValue("there is no previous item"),
            "nextitem" => Peek(out var next) ? next : new UndefinedValue("there is no next item"),
            "cycle" => new FunctionValue("cycle", (_, arguments) => Cycle(arguments), "method"),
            "changed" => new FunctionValue("changed", (_, arguments) => Changed(arguments), "method"),
            _ => this,
        };
        return !ReferenceEquals(value, this);
    }

    public object? Call(Arguments arguments) => recurse is null
        ? throw Fault.Type("The loop must have the 'recursive' marker to be called recursively.")
        : recurse(arguments.Bind("loop", "iterable")[0], depth + 1);

    private bool Peek(out object? next)
    {
        next = null;
        if (_ahead is not null && _ahead.TryPeek(out next)) return true;
        if (!_items.MoveNext()) return false;
        next = _items.Current;
        (_ahead ??= new()).Enqueue(next);
        return true;
    }

    private object? Cycle(Arguments arguments) => arguments.Positional.Length == 0
        ? throw Fault.Type("no items for cycling given")
        : arguments.Positional[Index0 % arguments.Positional.Length];

    private bool Changed(Arguments arguments)
    {
        var now = new ListValue([.. arguments.Positional]);
        var changed = _lastChanged is null || !Operations.AreEqual(_lastChanged, now);
        if (changed) _lastChanged = now;
        return changed;
    }
}
