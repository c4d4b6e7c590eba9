using Pipeline.Data.ChatTemplates.Values;

namespace Pipeline.Data.ChatTemplates.Builtins;

/// <summary>A filter: <c>value | name(arguments)</c>.</summary>
internal delegate object? Filter(Scope scope, object? value, Arguments arguments);

/// <summary>The filters of Jinja and <c>tojson</c> as chat templates have it.</summary>
internal static class Filters
{
    private static readonly Dictionary<string, Filter> All = new(StringComparer.Ordinal)
    {
        ["abs"] = (_, value, _) => value is double real ? Math.Abs(real) : Numbers.TryInteger(value, out var number)
            ? Numbers.Box(System.Numerics.BigInteger.Abs(number))
            : throw Fault.Type($"bad operand type for abs(): '{Kinds.Name(value)}'"),
        ["attr"] = (_, value, a) => Arguments.Text(a.Bind("attr", "name")[0], "attr") is var name
            && Members.TryFind(value, name, out var found) ? found : UndefinedValue.Member(value, name),
        ["batch"] = ListFilters.Batch,
        ["capitalize"] = (_, value, _) => TextCase.Capitalize(Printer.Str(value)),
        ["center"] = (scope, value, a) =>
            Padding.Center(scope.State, Printer.Str(value), Arguments.Integer(a.Bind("center", "width")[0], 80), " "),
        ["count"] = (_, value, _) => Numbers.Box(Kinds.Length(value)),
        ["d"] = Default,
        ["default"] = Default,
        ["dictsort"] = ListFilters.DictSort,
        ["e"] = (_, value, _) => Markup.Escape(Printer.Str(value)),
        ["escape"] = (_, value, _) => Markup.Escape(Printer.Str(value)),
        ["filesizeformat"] = NumberFilters.FileSize,
        ["first"] = (_, value, _) => Kinds.Walk(value)
            .DefaultIfEmpty(new UndefinedValue("No first item, sequence was empty.")).First(),
        ["float"] = NumberFilters.Float,
        ["forceescape"] = (_, value, _) => Markup.Escape(Printer.Str(value)),
        ["format"] = (scope, value, a) =>
            PercentFormat.Apply(
                scope.State, Printer.Str(value), a.Named.Length > 0 ? Named(a) : new TupleValue(a.Positional)),
        ["groupby"] = ListFilters.GroupBy,
        ["indent"] = TextFilters.Indent,
        ["int"] = NumberFilters.Integer,
        ["items"] = (_, value, _) => value is UndefinedValue ? new LazyValue([]) : value is DictValue dict
            ? new LazyValue(dict.Entries.Select(e => (object?)new TupleValue([e.Key, e.Value])))
            : throw Fault.Type("Can only get item pairs from a mapping."),
        ["join"] = ListFilters.Join,
        ["last"] = (_, value, _) => Kinds.Walk(value)
            .DefaultIfEmpty(new UndefinedValue("No last item, sequence was empty.")).Last(),
        ["length"] = (_, value, _) => Numbers.Box(Kinds.Length(value)),
        ["list"] = (scope, value, _) => ListFilters.ToList(scope, value),
        ["lower"] = (_, value, _) => TextCase.Lower(Printer.Str(value)),
        ["map"] = Selection.Map,
        ["max"] = (scope, value, a) => ListFilters.Extreme(scope, value, a, 1),
        ["min"] = (scope, value, a) => ListFilters.Extreme(scope, value, a, -1),
        ["random"] = (_, value, _) => Kinds.Walk(value)
            .DefaultIfEmpty(new UndefinedValue("No random item, sequence was empty.")).First(),
        ["reject"] = (scope, value, a) => Selection.Select(scope, value, a, keep: false, byAttribute: false),
        ["rejectattr"] = (scope, value, a) => Selection.Select(scope, value, a, keep: false, byAttribute: true),
        ["replace"] = TextFilters.Replace,
        ["reverse"] = (scope, value, _) => value is string text
            ? new Slice(null, null, -1L).Of(scope.State, text) : new LazyValue(Kinds.Walk(value).Reverse()),
        ["round"] = NumberFilters.Round,
        ["safe"] = (_, value, _) => Printer.Str(value),
        ["select"] = (scope, value, a) => Selection.Select(scope, value, a, keep: true, byAttribute: false),
        ["selectattr"] = (scope, value, a) => Selection.Select(scope, value, a, keep: true, byAttribute: true),
        ["slice"] = ListFilters.Slices,
        ["sort"] = ListFilters.Sort,
        ["string"] = (_, value, _) => Printer.Str(value),
        ["striptags"] = (_, value, _) => Markup.StripTags(Printer.Str(value)),
        ["sum"] = ListFilters.Sum,
        ["title"] = (_, value, _) => TextCase.TitleWords(Printer.Str(value)),
        ["tojson"] = ToJson,
        ["trim"] = (_, value, a) =>
            Texts.Strip(Printer.Str(value), a.Bind("trim", "chars")[0] as string, start: true, end: true),
        ["truncate"] = TextFilters.Truncate,
        ["unique"] = ListFilters.Unique,
        ["upper"] = (_, value, _) => TextCase.Upper(Printer.Str(value)),
        ["urlencode"] = (_, value, _) => Markup.UrlEncode(value),
        ["wordcount"] = (_, value, _) => Numbers.Box(TextFilters.WordCount(Printer.Str(value))),
        ["wordwrap"] = TextFilters.WordWrap,
        ["xmlattr"] = (_, value, a) =>
            Markup.Attributes(value as DictValue ?? throw Fault.Type("xmlattr needs a mapping"),
                Arguments.Flag(a.Bind("xmlattr", "autospace")[0], otherwise: true)),
    };

    public static bool TryGet(string name, out Filter? filter) => All.TryGetValue(name, out filter);

    public static Filter Get(string name) =>
        All.TryGetValue(name, out var filter) ? filter : throw Fault.Runtime($"No filter named '{name}'.");

    private static object? Default(Scope scope, object? value, Arguments arguments)
    {
        var given = arguments.Bind("default", "default_value", "boolean");
        return value is UndefinedValue || (Arguments.Flag(given[1], otherwise: false) && !Operations.IsTrue(value))
            ? Arguments.Or(given[0], string.Empty) : value;
    }

    private static string ToJson(Scope scope, object? value, Arguments arguments)
    {
        var given = arguments.Bind("tojson", "ensure_ascii", "indent", "separators", "sort_keys");
        var indent = given[1] switch
        {
            string text => text,
            null => null,
            var size
            when ReferenceEquals(size, Arguments.Absent) => null,
            var size =>
                new string(' ', (int)Math.Clamp(Arguments.Integer(size, 0), 0, 1000))
        };
        (string, string)? separators = null;
        if (given[2] is TupleValue or ListValue)
        {
            var pair = Kinds.Walk(given[2]).ToArray();
            separators = pair.Length == 2 ? (Arguments.Text(pair[0], "tojson"), Arguments.Text(pair[1], "tojson"))
                : throw Fault.Value("separators needs two texts");
        }

        var json = JsonText.Write(value, Arguments.Flag(given[0], otherwise: false), indent, separators,
            Arguments.Flag(given[3], otherwise: false));
        scope.State.Size(json.Length);
        return json;
    }

    private static DictValue Named(Arguments arguments)
    {
        if (arguments.Positional.Length > 0)
            throw new ChatTemplateException(
                "FilterArgumentError", "can't handle positional and keyword arguments at the same time");
        var dict = new DictValue();
        foreach (var (name, value) in arguments.Named) dict.Set(name, value);
        return dict;
    }
}
