namespace Pipeline.Data.ChatTemplates;

/// <summary>Variables of a block; names are interned, so a reference comparison finds them.</summary>
internal sealed class Scope
{
    private readonly Scope? _parent;
    private readonly Dictionary<string, object?>? _globals;
    private string[] _names = [];
    private object?[] _values = [];
    private int _count;

    public Scope(RenderState state, Dictionary<string, object?> globals) => (State, _globals) = (state, globals);

    public Scope(Scope parent) => (State, _parent) = (parent.State, parent);

    public RenderState State { get; }

    public bool TryGet(string name, out object? value)
    {
        for (var scope = this; scope is not null; scope = scope._parent)
        {
            for (var i = 0; i < scope._count; i++)
            {
                if (!ReferenceEquals(scope._names[i], name)) continue;
                value = scope._values[i];
                return true;
            }

            if (scope._globals is { } globals) return globals.TryGetValue(name, out value);
        }

        value = null;
        return false;
    }

    public void Set(string name, object? value)
    {
        for (var i = 0; i < _count; i++)
        {
            if (!ReferenceEquals(_names[i], name)) continue;
            _values[i] = value;
            return;
        }

        if (_count == _names.Length)
        {
            Array.Resize(ref _names, Math.Max(4, _count * 2));
            Array.Resize(ref _values, _names.Length);
        }

        (_names[_count], _values[_count]) = (name, value);
        _count++;
    }

    /// <summary>Forgets all variables, so that the next round of a loop can use the same scope.</summary>
    public void Clear() => _count = 0;
}
