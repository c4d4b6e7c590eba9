using System.Numerics;

namespace Pipeline.Data.ChatTemplates.Values;

/// <summary>Python's names of types, and what can be walked.</summary>
internal static class Kinds
{
    public static string Name(object? value) => value switch
    {
        null => "NoneType",
        bool => "bool",
        long or BigInteger => "int",
        double => "float",
        string => "str",
        ListValue => "list",
        TupleValue => "tuple",
        DictValue => "dict",
        RangeValue => "range",
        UndefinedValue => "Undefined",
        LazyValue => "generator",
        ViewValue view => view.Kind,
        BytesValue => "bytes",
        NamespaceValue => "Namespace",
        FunctionValue function => function.Kind,
        LoopValue => "LoopContext",
        _ => value.GetType().Name,
    };

    /// <summary>The way messages name an object: <c>dict object</c>, but <c>None</c>.</summary>
    public static string ObjectName(object? value) => value is null ? "None" : Name(value) + " object";

    /// <summary>The members of a value in order.</summary>
    public static IEnumerable<object?> Walk(object? value) => value switch
    {
        ListValue list => list.Items,
        TupleValue tuple => tuple.Items,
        string text => Texts.CodePoints(text),
        DictValue dict => dict.Entries.Select(e => e.Key),
        RangeValue range => Range(range),
        LazyValue lazy => lazy.Items(),
        ViewValue view => view.Items.Items,
        BytesValue bytes => bytes.Bytes.Select(b => (object?)(long)b),
        UndefinedValue => [],
        LoopValue loop => loop.Rest(),
        _ => throw Fault.Type($"'{Name(value)}' object is not iterable"),
    };

    public static bool CanWalk(object? value) => value is ListValue or TupleValue or string or DictValue or RangeValue
        or LazyValue or ViewValue or BytesValue or UndefinedValue or LoopValue;

    public static long Length(object? value) => value switch
    {
        string text => Texts.Length(text),
        ListValue list => list.Items.Count,
        TupleValue tuple => tuple.Items.Length,
        DictValue dict => dict.Count,
        RangeValue range => range.Count,
        ViewValue view => view.Items.Items.Count,
        BytesValue bytes => bytes.Bytes.Length,
        UndefinedValue => 0,
        LoopValue loop => loop.Length,
        _ => throw Fault.Type($"object of type '{Name(value)}' has no len()"),
    };

    private static IEnumerable<object?> Range(RangeValue range)
    {
        for (var i = 0L; i < range.Count; i++) yield return range.At(i);
    }
}
