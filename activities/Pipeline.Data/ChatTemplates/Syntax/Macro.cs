using System.Text;
using Pipeline.Data.ChatTemplates.Values;

namespace Pipeline.Data.ChatTemplates.Syntax;

/// <summary>Parameters and body of a macro or of the block of a <c>call</c>.</summary>
internal sealed record MacroCode(
    string Name, IReadOnlyList<(string Name, Expression? Default)> Parameters, Block Body, bool UsesCaller,
    bool UsesRest, bool UsesNamedRest)
{
    public FunctionValue Bind(Scope scope) => new(
        Name, (caller, arguments) => Run(scope, caller.State, arguments), "Macro")
    {
        Members = new Dictionary<string, Func<object?>>(StringComparer.Ordinal)
        {
            ["name"] = () => Name,
            ["arguments"] = () => new TupleValue([.. Parameters.Select(p => p.Name)]),
            ["caller"] = () => UsesCaller,
            ["catch_varargs"] = () => UsesRest,
            ["catch_kwargs"] = () => UsesNamedRest,
        },
    };

    private string Run(Scope definition, RenderState state, Arguments arguments)
    {
        state.Enter();
        var scope = new Scope(definition);
        var named = arguments.Named.ToDictionary(StringComparer.Ordinal);
        var positional = arguments.Positional;
        for (var i = 0; i < Parameters.Count; i++)
        {
            var (name, otherwise) = Parameters[i];
            if (i < positional.Length && named.ContainsKey(name))
                throw Fault.Type($"macro '{Name}' got multiple values for argument '{name}'");
            object? value;
            if (i < positional.Length) value = positional[i];
            else if (named.Remove(name, out var given)) value = given;
            else value = otherwise is null
                ? new UndefinedValue($"parameter '{name}' was not provided") : otherwise.Evaluate(scope);
            scope.Set(name, value);
        }

        if (UsesCaller)
            scope.Set(
                "caller", named.Remove("caller", out var caller) ? caller : new UndefinedValue("No caller defined"));
        Rest(scope, positional, named);
        var text = Body.Capture(scope);
        state.Leave();
        return text;
    }

    private void Rest(Scope scope, object?[] positional, Dictionary<string, object?> named)
    {
        if (UsesNamedRest)
        {
            var dict = new DictValue();
            foreach (var (name, value) in named) dict.Set(name, value);
            scope.Set("kwargs", dict);
        }
        else if (named.Count > 0)
        {
            throw Fault.Type(named.ContainsKey("caller")
                ? $"macro '{Name}' was invoked with two values for the special caller argument"
                : $"macro '{Name}' takes no keyword argument '{named.Keys.First()}'");
        }

        if (UsesRest) scope.Set("varargs", new TupleValue([.. positional.Skip(Parameters.Count)]));
        else if (positional.Length > Parameters.Count)
            throw Fault.Type($"macro '{Name}' takes not more than {Parameters.Count} argument(s)");
    }
}

/// <summary><c>{% macro name(…) %}…{% endmacro %}</c>.</summary>
internal sealed class Macro(int line, MacroCode code) : Statement(line)
{
    public override Flow Execute(Scope scope, StringBuilder output)
    {
        scope.Set(code.Name, code.Bind(scope));
        return Flow.Next;
    }
}

/// <summary><c>{% call(…) name(…) %}…{% endcall %}</c>.</summary>
internal sealed class CallBlock(int line, Call call, MacroCode code) : Statement(line)
{
    public override Flow Execute(Scope scope, StringBuilder output)
    {
        output.Append(Printer.Str(call.Invoke(scope, [new("caller", code.Bind(scope))])));
        return Flow.Next;
    }
}
