using System.Text;
using Pipeline.Data.ChatTemplates.Values;

namespace Pipeline.Data.ChatTemplates.Builtins;

/// <summary>The methods of Python's dictionaries, lists, tuples and bytes that do not change them.</summary>
internal static class ContainerMethods
{
    private static readonly HashSet<string> DictMembers =
        ["items", "keys", "values", "get", "copy", "clear", "pop", "popitem", "setdefault", "update", "fromkeys"];

    private static readonly HashSet<string> DictChanges = ["clear", "pop", "popitem", "setdefault", "update"];

    private static readonly HashSet<string> ListChanges =
        ["append", "clear", "pop", "reverse", "insert", "sort", "extend", "remove"];

    public static bool IsDictMember(string name) => DictMembers.Contains(name);

    public static bool TryGet(object owner, string name, out object? value)
    {
        value = owner switch
        {
            DictValue when DictChanges.Contains(name) => UndefinedValue.Unsafe(owner, name),
            ListValue when ListChanges.Contains(name) => UndefinedValue.Unsafe(owner, name),
            DictValue dict => OfDict(dict, name),
            ListValue list =>
                OfItems(list.Items, name, name == "copy" ? () => new ListValue([.. list.Items]) : null, "list"),
            TupleValue tuple when Array.IndexOf(tuple.Names, name) is var at && at >= 0 => tuple.Items[at],
            TupleValue tuple => OfItems(tuple.Items, name, null, "tuple"),
            BytesValue bytes when name == "decode" => Method(name, _ => Encoding.UTF8.GetString(bytes.Bytes)),
            _ => Arguments.Absent,
        };
        return !ReferenceEquals(value, Arguments.Absent);
    }

    private static object? OfDict(DictValue dict, string name) => name switch
    {
        "items" =>
            Method("items of dict object",
                _ =>
                    new ViewValue(
                        "dict_items",
                        new ListValue([.. dict.Entries.Select(e => (object?)new TupleValue([e.Key, e.Value]))]))),
        "keys" =>
            Method("keys of dict object", _ =>
                new ViewValue("dict_keys", new ListValue([.. dict.Entries.Select(e => e.Key)]))),
        "values" =>
            Method("values of dict object",
                _ => new ViewValue("dict_values", new ListValue([.. dict.Entries.Select(e => e.Value)]))),
        "get" => Method("get of dict object", arguments =>
        {
            var given = arguments.Bind("get", "key", "default");
            return dict.TryGet(given[0], out var found) ? found : Arguments.Or(given[1], null);
        }),
        "copy" => Method("copy of dict object", _ => Globals.Dict(Arguments.Of(dict))),
        _ => Arguments.Absent,
    };

    private static object? OfItems(
        IReadOnlyList<object?> items, string name, Func<object?>? copy, string kind) => name switch
        {
            "copy" when copy is not null => Method("copy", _ => copy()),
            "index" => Method("index", arguments =>
            {
                var wanted = arguments.Bind("index", "value")[0];
                for (var i = 0; i < items.Count; i++)
                {
                    if (Operations.AreEqual(items[i], wanted)) return Numbers.Box(i);
                }

                throw Fault.Value($"{Printer.Repr(wanted)} is not in {kind}");
            }),
            "count" =>
                Method("count", arguments =>
                    Numbers.Box(items.Count(item => Operations.AreEqual(item, arguments.Bind("count", "value")[0])))),
            _ => Arguments.Absent,
        };

    private static FunctionValue Method(string name, Func<Arguments, object?> call) =>
        new(name, (_, arguments) => call(arguments), "built-in method");
}
