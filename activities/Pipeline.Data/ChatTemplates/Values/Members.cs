namespace Pipeline.Data.ChatTemplates.Values;

/// <summary>Attributes and items, as the sandbox of the reference allows them.</summary>
internal static class Members
{
    private static readonly HashSet<string> ObjectAttributes =
    [
        "__class__", "__doc__", "__init__", "__dict__", "__module__", "__delattr__", "__dir__", "__eq__", "__format__",
        "__ge__", "__getattribute__", "__getstate__", "__gt__",
        "__hash__", "__init_subclass__", "__le__", "__lt__", "__ne__", "__new__", "__reduce__", "__reduce_ex__",
        "__repr__", "__setattr__", "__sizeof__", "__str__", "__subclasshook__",
    ];

    private static readonly HashSet<string> TypeAttributes =
    [
        "__len__", "__add__", "__abs__", "__getitem__", "__iter__", "__contains__", "__mul__", "__rmul__", "__mod__",
        "__rmod__", "__getnewargs__", "__bool__", "__int__", "__float__",
        "__sub__", "__neg__", "__pow__", "__reversed__", "__setitem__", "__delitem__", "__iadd__", "__imul__", "__or__",
        "__and__", "__xor__", "__call__", "__globals__", "__code__",
        "__name__", "__qualname__", "__closure__", "__defaults__", "__kwdefaults__", "__annotations__", "__self__",
        "__func__", "__wrapped__", "__index__", "__round__",
    ];

    /// <summary><c>value.name</c>: a method or attribute first, an item second.</summary>
    public static object? Attribute(object? owner, string name)
    {
        if (TryFind(owner, name, out var value)) return value;
        return owner is DictValue dict && dict.TryGet(name, out value) ? value : UndefinedValue.Member(owner, name);
    }

    /// <summary><c>value[key]</c>: an item first, a method or attribute second.</summary>
    public static object? Item(RenderState state, object? owner, object? key)
    {
        if (owner is UndefinedValue undefined) throw undefined.Fault();
        if (TryItem(state, owner, key, out var value)) return value;
        return key is string name && TryFind(owner, name, out value) ? value : UndefinedValue.Member(owner, key);
    }

    /// <summary>A method or attribute that the sandbox shows, or the mark of one that it hides.</summary>
    public static bool TryFind(object? owner, string name, out object? value)
    {
        if (name.StartsWith("__", StringComparison.Ordinal)
            && (ObjectAttributes.Contains(name)
                || (TypeAttributes.Contains(name) && owner is not (NamespaceValue or UndefinedValue))))
        {
            value = UndefinedValue.Unsafe(owner, name);
            return true;
        }

        switch (owner)
        {
            case string text: return Builtins.StringMethods.TryGet(text, name, out value);
            case DictValue or ListValue or TupleValue
                or BytesValue:
                return Builtins.ContainerMethods.TryGet(owner, name, out value);
            case LoopValue loop: return loop.TryGet(name, out value);
            case UndefinedValue undefined: throw undefined.Fault();
            case NamespaceValue space:
                value = space.Get(name);
                return value is not UndefinedValue;
            case FunctionValue function when function.Members.TryGetValue(name, out var member):
                value = member();
                return true;
            default:
                value = null;
                return false;
        }
    }

    private static bool TryItem(RenderState state, object? owner, object? key, out object? value)
    {
        value = null;
        switch (owner)
        {
            case DictValue dict: return dict.TryGet(key, out value);
            case string or ListValue or TupleValue or RangeValue when key is Slice slice:
                value = slice.Of(state, owner);
                return true;
            case string or ListValue or TupleValue or RangeValue when Numbers.TryLong(key, out var index):
                var length = Kinds.Length(owner);
                if (index < 0) index += length;
                if (index < 0 || index >= length) return false;
                value = At(owner, (int)index);
                return true;
            default: return false;
        }
    }

    private static object? At(object owner, int index) => owner switch
    {
        ListValue list => list.Items[index],
        TupleValue tuple => tuple.Items[index],
        RangeValue range => Numbers.Box(range.At(index)),
        string text when !Texts.HasPairs(text) => text[index].ToString(),
        _ => Texts.CodePoints((string)owner).ElementAt(index),
    };
}
