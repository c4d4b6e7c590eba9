using Pipeline.Data.ChatTemplates.Values;

namespace Pipeline.Data.ChatTemplates.Builtins;

/// <summary>The functions every template can call.</summary>
internal static class Globals
{
    private const long MaxRange = 100_000;

    private static readonly KeyValuePair<string, object?>[] All =
    [
        Function("range", (_, a) => Range(a), "type"),
        new("dict", new FunctionValue("dict", (_, a) => Dict(a), "type")
        {
            Members = new Dictionary<string, Func<object?>>(StringComparer.Ordinal)
            {
                ["fromkeys"] = () => new FunctionValue("fromkeys", (_, a) => FromKeys(a), "built-in method"),
            },
        }),
        Function("namespace", (_, a) => Namespace(a), "type"),
        Function("cycler", (_, a) => Cycler(a), "type"),
        Function("joiner", (_, a) => Joiner(a), "type"),
        Function(
            "lipsum",
            (_, _) => throw Fault.Security("lipsum is not available: training data must not depend on chance"),
            "function"),
        Function(
            "raise_exception",
            (_, a) => throw new ChatTemplateException(
                "TemplateError", Printer.Str(a.Bind("raise_exception", "message")[0])), "function"),
        Function(
            "strftime_now",
            (scope, a) => DateFormat.Apply(
                scope.State.Now, Arguments.Text(a.Bind("strftime_now", "format")[0], "strftime_now")), "function"),
        new("self",
            new FunctionValue(
                "self", (_, _) => throw Fault.Type("'TemplateReference' object is not callable"), "TemplateReference")
        {
            Members = new Dictionary<string, Func<object?>>(StringComparer.Ordinal),
        }),
    ];

    /// <summary>A fresh table to which a rendering adds its own variables.</summary>
    public static Dictionary<string, object?> Create() => new(All, ReferenceThenOrdinal.Instance);

    public static DictValue Dict(Arguments arguments)
    {
        var dict = new DictValue();
        var from = arguments.Positional.Length > 1
            ? throw Fault.Type($"dict expected at most 1 argument, got {arguments.Positional.Length}")
            : arguments.Positional.FirstOrDefault(Arguments.Absent);
        if (from is DictValue other)
        {
            foreach (var (key, value) in other.Entries) dict.Set(key, value);
        }
        else if (!ReferenceEquals(from, Arguments.Absent))
        {
            foreach (var item in Kinds.Walk(from))
            {
                var pair = Kinds.Walk(item).Take(3).ToArray();
                if (pair.Length != 2) throw Fault.Value("dictionary update sequence element has a length other than 2");
                dict.Set(pair[0], pair[1]);
            }
        }

        foreach (var (name, value) in arguments.Named) dict.Set(name, value);
        return dict;
    }

    private static KeyValuePair<string, object?> Function(
        string name, Func<Scope, Arguments, object?> call, string kind) =>
        new(name, new FunctionValue(name, call, kind));

    private static RangeValue Range(Arguments arguments)
    {
        var numbers = arguments.Positional.Select(n => Arguments.Integer(n, 0)).ToArray();
        var range = numbers switch
        {
            [var stop] => new RangeValue(0, stop, 1),
            [var start, var stop] => new RangeValue(start, stop, 1),
            [var start, var stop, var step] => step != 0
                ? new RangeValue(start, stop, step) : throw Fault.Value("range() arg 3 must not be zero"),
            _ => throw Fault.Type($"range expected 1 to 3 arguments, got {numbers.Length}"),
        };
        var far = numbers.Any(n => Math.Abs((double)n) > 1e15);
        return !far && range.Count <= MaxRange
            ? range : throw new ChatTemplateException(
                "OverflowError", $"Range too big. The sandbox blocks ranges larger than MAX_RANGE ({MaxRange}).");
    }

    private static NamespaceValue Namespace(Arguments arguments)
    {
        var result = new NamespaceValue();
        foreach (var (key, value) in Dict(arguments).Entries) result.Set(Printer.Str(key), value);
        return result;
    }

    private static DictValue FromKeys(Arguments arguments)
    {
        var given = arguments.Bind("fromkeys", "iterable", "value");
        var dict = new DictValue();
        foreach (var key in Kinds.Walk(given[0])) dict.Set(key, Arguments.Or(given[1], null));
        return dict;
    }

    private static FunctionValue Cycler(Arguments arguments)
    {
        var (items, at) = (arguments.Positional, 0);
        if (items.Length == 0) throw Fault.Runtime("at least one item has to be provided");
        object? Next() => items[at++ % items.Length];
        return new FunctionValue("cycler", (_, _) => throw Fault.Type("'Cycler' object is not callable"), "Cycler")
        {
            Members = new Dictionary<string, Func<object?>>(StringComparer.Ordinal)
            {
                ["next"] = () => new FunctionValue("next", (_, _) => Next(), "method"),
                ["reset"] = () => new FunctionValue("reset", (_, _) => at = 0, "method"),
                ["current"] = () => items[at % items.Length],
            },
        };
    }

    private static FunctionValue Joiner(Arguments arguments)
    {
        var separator = Arguments.Or(arguments.Bind("joiner", "sep")[0], ", ");
        var used = false;
        return new FunctionValue("joiner", (_, _) =>
        {
            var result = used ? separator : string.Empty;
            used = true;
            return result;
        }, "Joiner");
    }

    /// <summary>Names are interned, so most look-ups compare references only.</summary>
    private sealed class ReferenceThenOrdinal : IEqualityComparer<string>
    {
        public static readonly ReferenceThenOrdinal Instance = new();

        public bool Equals(string? x, string? y) =>
            ReferenceEquals(x, y) || string.Equals(x, y, StringComparison.Ordinal);

        public int GetHashCode(string obj) => obj.Length == 0 ? 0 : (obj.Length * 31) + (obj[0] * 7) + obj[^1];
    }
}
