using Pipeline.Data.ChatTemplates.Values;

namespace Pipeline.Data.ChatTemplates.Builtins;

/// <summary>Filters on sequences.</summary>
internal static class ListFilters
{
    private static readonly Comparer<object?> Order = Comparer<object?>.Create(Operations.Compare);

    public static ListValue ToList(Scope scope, object? value)
    {
        var items = new List<object?>();
        foreach (var item in Kinds.Walk(value))
        {
            items.Add(item);
            if ((items.Count & 63) == 0) scope.State.Size(items.Count);
        }

        scope.State.Step(items.Count);
        return new ListValue(items);
    }

    public static object? Join(Scope scope, object? value, Arguments arguments)
    {
        var given = arguments.Bind("join", "d", "attribute");
        var items = Kinds.Walk(value);
        if (!ReferenceEquals(given[1], Arguments.Absent) && given[1] is not null)
            items = items.Select(Selection.Getter(scope, given[1]));
        var text = string.Join(Printer.Str(Arguments.Or(given[0], string.Empty)), items.Select(Printer.Str));
        scope.State.Size(text.Length);
        return text;
    }

    public static object? Sort(Scope scope, object? value, Arguments arguments)
    {
        var given = arguments.Bind("sort", "reverse", "case_sensitive", "attribute");
        var key = Selection.Keys(scope, Arguments.Or(given[2], null), Arguments.Flag(given[1], otherwise: false));
        var items = ToList(scope, value).Items;
        return new ListValue(
            Guarded(() => Arguments.Flag(given[0], otherwise: false)
                ? [.. items.OrderByDescending(key, Order)] : (List<object?>)[.. items.OrderBy(key, Order)]));
    }

    public static object? DictSort(Scope scope, object? value, Arguments arguments)
    {
        var given = arguments.Bind("dictsort", "case_sensitive", "by", "reverse");
        var dict = value as DictValue ?? throw (value as UndefinedValue)?.Fault()
            ?? Fault.Undefined($"'{Kinds.ObjectName(value)}' has no attribute 'items'");
        var by = Arguments.Or(given[1], "key") as string;
        if (by is not ("key" or "value"))
            throw new ChatTemplateException("FilterArgumentError", "You can only sort by either \"key\" or \"value\"");
        var fold = !Arguments.Flag(given[0], otherwise: false);
        object? Key(KeyValuePair<object?, object?> e) => by == "key" ? Fold(e.Key, fold) : Fold(e.Value, fold);
        var entries = Guarded<List<KeyValuePair<object?, object?>>>(() => Arguments.Flag(given[2], otherwise: false)
            ? [.. dict.Entries.OrderByDescending(Key, Order)] : [.. dict.Entries.OrderBy(Key, Order)]);
        return new ListValue([.. entries.Select(e => (object?)new TupleValue([e.Key, e.Value]))]);
    }

    public static object? GroupBy(Scope scope, object? value, Arguments arguments)
    {
        var given = arguments.Bind("groupby", "attribute", "default", "case_sensitive");
        var fold = !Arguments.Flag(given[2], otherwise: false);
        var get = Selection.Getter(scope, given[0], given[1]);
        var items = ToList(scope, value).Items;
        var sorted = Guarded(() => items.Select(item => (Key: get(item), Item: item))
            .OrderBy(pair => Fold(pair.Key, fold), Order).ToList());
        var groups = new List<object?>();
        List<object?> current = [];
        for (var i = 0; i < sorted.Count; i++)
        {
            if (i == 0 || !Operations.AreEqual(Fold(sorted[i].Key, fold), Fold(sorted[i - 1].Key, fold)))
            {
                current = [];
                groups.Add(new TupleValue([sorted[i].Key, new ListValue(current)], "grouper", "list"));
            }

            current.Add(sorted[i].Item);
        }

        return new ListValue(groups);
    }

    public static object? Unique(Scope scope, object? value, Arguments arguments)
    {
        var given = arguments.Bind("unique", "case_sensitive", "attribute");
        var fold = !Arguments.Flag(given[0], otherwise: false);
        var get = Arguments.Or(given[1], null) is { } attribute ? Selection.Getter(scope, attribute) : item => item;
        var seen = new DictValue();
        return new LazyValue(Kinds.Walk(value).Where(item =>
        {
            var key = Fold(get(item), fold);
            if (seen.TryGet(key, out _)) return false;
            seen.Set(key, null);
            return true;
        }));
    }

    public static object? Extreme(Scope scope, object? value, Arguments arguments, int sign)
    {
        var given = arguments.Bind(sign > 0 ? "max" : "min", "case_sensitive", "attribute");
        var fold = !Arguments.Flag(given[0], otherwise: false);
        var get = Arguments.Or(given[1], null) is { } attribute ? Selection.Getter(scope, attribute) : item => item;
        var items = ToList(scope, value).Items;
        if (items.Count == 0) return new UndefinedValue("No aggregated item, sequence was empty.");
        return items.Aggregate((best, item) => Operations.Compare(Fold(get(item), fold), Fold(get(best), fold)) * sign
            > 0 ? item : best);
    }

    public static object? Sum(Scope scope, object? value, Arguments arguments)
    {
        var given = arguments.Bind("sum", "attribute", "start");
        var get = Arguments.Or(given[0], null) is { } attribute ? Selection.Getter(scope, attribute) : item => item;
        var start = Arguments.Or(given[1], 0L);
        if (start is string) throw Fault.Type("sum() can't sum strings [use ''.join(seq) instead]");
        return Kinds.Walk(value).Aggregate(start, (sum, item) => Operations.Add(scope.State, sum, get(item)));
    }

    public static object? Batch(Scope scope, object? value, Arguments arguments)
    {
        var given = arguments.Bind("batch", "linecount", "fill_with");
        var size = (int)Math.Clamp(Arguments.Integer(given[0], 1), 1, 1_000_000);
        var fill = Arguments.Or(given[1], null);
        return new LazyValue(Kinds.Walk(value).Chunk(size).Select(chunk =>
            (object?)new ListValue(fill is null
                ? [.. chunk] : [.. chunk, .. Enumerable.Repeat(fill, size - chunk.Length)])));
    }

    public static object? Slices(Scope scope, object? value, Arguments arguments)
    {
        var given = arguments.Bind("slice", "slices", "fill_with");
        var (items, fill) = (ToList(scope, value).Items, Arguments.Or(given[1], null));
        var count = (int)Math.Clamp(Arguments.Integer(given[0], 1), 1, 100_000);
        var (size, longer) = (items.Count / count, items.Count % count);
        var (result, at) = (new List<object?>(), 0);
        for (var i = 0; i < count; i++)
        {
            var take = size + (i < longer ? 1 : 0);
            var slice = items.GetRange(at, take);
            if (fill is not null && i >= longer) slice.Add(fill);
            result.Add(new ListValue(slice));
            at += take;
        }

        return new LazyValue(result);
    }

    public static object? Fold(object? value, bool fold) => fold && value is string text ? TextCase.Lower(text) : value;

    /// <summary>LINQ wraps what a comparer throws; this takes the wrapping off.</summary>
    private static T Guarded<T>(Func<T> sort)
    {
        try
        {
            return sort();
        }
        catch (InvalidOperationException exception) when (exception.InnerException is ChatTemplateException inner)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(inner);
            throw;
        }
    }
}
