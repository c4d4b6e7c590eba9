using Pipeline.Data.ChatTemplates.Values;

namespace Pipeline.Data.ChatTemplates.Builtins;

/// <summary><c>map</c>, <c>select</c> and their relatives, and the way attributes are named in filters.</summary>
internal static class Selection
{
    public static object? Map(Scope scope, object? value, Arguments arguments)
    {
        if (!Operations.IsTrue(value) && value is not LazyValue) return new LazyValue([]);
        Func<object?, object?> function;
        if (arguments.Positional.Length == 0 && arguments.Named.Any(n => n.Key == "attribute"))
        {
            var given = arguments.Bind("map", "attribute", "default");
            function = Getter(scope, given[0], given[1]);
        }
        else
        {
            if (arguments.Positional.Length == 0)
                throw new ChatTemplateException("FilterArgumentError", "map requires a filter argument");
            var (name, rest) = (Arguments.Text(arguments.Positional[0], "map"), arguments.Skip(1));
            function = item => Filters.Get(name)(scope, item, rest);
        }

        return new LazyValue(Kinds.Walk(value).Select(item =>
        {
            scope.State.Step();
            return function(item);
        }));
    }

    public static object? Select(Scope scope, object? value, Arguments arguments, bool keep, bool byAttribute)
    {
        if (!Operations.IsTrue(value) && value is not LazyValue) return new LazyValue([]);
        if (byAttribute && arguments.Positional.Length == 0)
            throw new ChatTemplateException("FilterArgumentError", "Missing parameter for attribute name");
        var get = byAttribute ? Getter(scope, arguments.Positional[0]) : item => item;
        var rest = arguments.Skip(byAttribute ? 1 : 0);
        Func<object?, bool> test = Operations.IsTrue;
        if (rest.Positional.Length > 0)
        {
            var (name, further) = (Arguments.Text(rest.Positional[0], "select"), rest.Skip(1));
            test = item => Tests.Get(name)(item, further);
        }

        return new LazyValue(Kinds.Walk(value).Where(item =>
        {
            scope.State.Step();
            return test(get(item)) == keep;
        }));
    }

    /// <summary>Reads a dotted attribute such as <c>function.name</c>; digits are list places.</summary>
    public static Func<object?, object?> Getter(Scope scope, object? attribute, object? otherwise = null)
    {
        object?[] path = attribute switch
        {
            string text =>
                [.. text.Split('.')
                    .Select(part => part.Length > 0 && part.All(char.IsAsciiDigit)
                        ? Numbers.Box(long.Parse(part)) : part)],
            null => [],
            _ => [attribute],
        };
        return item =>
        {
            foreach (var part in path)
            {
                item = item is UndefinedValue undefined && part is string
                    ? throw undefined.Fault() : Members.Item(scope.State, item, part);
                if (item is UndefinedValue && otherwise is not null && !ReferenceEquals(otherwise, Arguments.Absent))
                    item = otherwise;
            }

            return item;
        };
    }

    /// <summary>Sort keys: the item, or the list of its attributes named with commas.</summary>
    public static Func<object?, object?> Keys(Scope scope, object? attribute, bool caseSensitive)
    {
        if (attribute is null) return item => ListFilters.Fold(item, !caseSensitive);
        var getters = (attribute is string text ? text.Split(',') : new object?[] { attribute })
            .Select(part => Getter(scope, part)).ToArray();
        return item => new ListValue([.. getters.Select(get => ListFilters.Fold(get(item), !caseSensitive))]);
    }
}
