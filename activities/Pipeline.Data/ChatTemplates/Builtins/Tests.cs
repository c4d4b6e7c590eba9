using System.Numerics;
using Pipeline.Data.ChatTemplates.Values;

namespace Pipeline.Data.ChatTemplates.Builtins;

/// <summary>A test: <c>value is name(arguments)</c>.</summary>
internal delegate bool Test(object? value, Arguments arguments);

/// <summary>The tests of Jinja.</summary>
internal static class Tests
{
    private static readonly Dictionary<string, Test> All = new(StringComparer.Ordinal)
    {
        ["boolean"] = (value, _) => value is bool,
        ["callable"] = (value, _) => value is FunctionValue or LoopValue or UndefinedValue,
        ["defined"] = (value, _) => value is not UndefinedValue,
        ["divisibleby"] = (value, a) =>
            Operations.AreEqual(Operations.Modulo(value, a.Bind("divisibleby", "num")[0]), 0L),
        ["escaped"] = (_, _) => false,
        ["even"] = (value, _) => Operations.AreEqual(Operations.Modulo(value, 2L), 0L),
        ["false"] = (value, _) => value is false,
        ["filter"] = (value, arguments) => value is string name && Filters.TryGet(name, out var _),
        ["float"] = (value, _) => value is double,
        ["in"] = (value, a) => Operations.Contains(a.Bind("in", "seq")[0], value),
        ["integer"] = (value, _) => value is long or BigInteger,
        ["iterable"] = (value, _) => Kinds.CanWalk(value),
        ["lower"] = (value, _) => TextCase.IsLower(Printer.Str(value)),
        ["mapping"] = (value, _) => value is DictValue,
        ["none"] = (value, _) => value is null,
        ["number"] = (value, _) => value is long or BigInteger or double or bool,
        ["odd"] = (value, _) => Operations.AreEqual(Operations.Modulo(value, 2L), 1L),
        ["sameas"] = (value, a) => IsSame(value, a.Bind("sameas", "other")[0]),
        ["sequence"] = (value, _) => value is string or ListValue or TupleValue or DictValue or RangeValue
            or UndefinedValue or BytesValue,
        ["string"] = (value, _) => value is string,
        ["test"] = (value, _) => value is string name && IsKnown(name),
        ["true"] = (value, _) => value is true,
        ["undefined"] = (value, _) => value is UndefinedValue,
        ["upper"] = (value, _) => TextCase.IsUpper(Printer.Str(value)),
        ["=="] = Equal,
        ["eq"] = Equal,
        ["equalto"] = Equal,
        ["!="] = (value, a) => !Equal(value, a),
        ["ne"] = (value, a) => !Equal(value, a),
        [">"] = Greater,
        ["gt"] = Greater,
        ["greaterthan"] = Greater,
        ["ge"] = NotLess,
        [">="] = NotLess,
        ["<"] = Less,
        ["lt"] = Less,
        ["lessthan"] = Less,
        ["<="] = NotGreater,
        ["le"] = NotGreater,
    };

    public static bool TryGet(string name, out Test? test) => All.TryGetValue(name, out test);

    private static bool IsKnown(string name) => All.ContainsKey(name);

    public static Test Get(string name) =>
        All.TryGetValue(name, out var test) ? test : throw Fault.Runtime($"No test named '{name}'.");

    private static bool Equal(object? value, Arguments arguments) => Operations.AreEqual(value, Other(arguments));

    private static bool Greater(object? value, Arguments arguments) =>
        Operations.Compare(value, Other(arguments), ">") > 0;

    private static bool NotLess(object? value, Arguments arguments) =>
        Operations.Compare(value, Other(arguments), ">=") >= 0;

    private static bool Less(object? value, Arguments arguments) =>
        Operations.Compare(value, Other(arguments), "<") < 0;

    private static bool NotGreater(object? value, Arguments arguments) =>
        Operations.Compare(value, Other(arguments), "<=") <= 0;

    private static object? Other(Arguments arguments) => arguments.Positional.Length == 1 && arguments.Named.Length == 0
        ? arguments.Positional[0]
        : throw Fault.Type("a comparison test needs one argument");

    private static bool IsSame(object? left, object? right) => ReferenceEquals(left, right)
        || (left is string or bool or long or BigInteger or double && left.GetType() == right?.GetType()
            && Operations.AreEqual(left, right));
}
