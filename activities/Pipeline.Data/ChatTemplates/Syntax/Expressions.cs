using Pipeline.Data.ChatTemplates.Values;

namespace Pipeline.Data.ChatTemplates.Syntax;

internal sealed class Literal(int line, object? value) : Expression(line)
{
    public object? Value { get; } = value;

    public override object? Evaluate(Scope scope) => Value;
}

internal sealed class Name(int line, string text) : Expression(line)
{
    private readonly UndefinedValue _undefined = UndefinedValue.Name(text);

    public string Text { get; } = text;

    public override object? Evaluate(Scope scope) => scope.TryGet(Text, out var value) ? value : _undefined;
}

/// <summary><c>namespace.attribute</c> as the target of <c>set</c>.</summary>
internal sealed class NamespaceTarget(int line, string name, string attribute) : Expression(line)
{
    public string Owner { get; } = name;

    public string Attribute { get; } = attribute;

    public override object? Evaluate(Scope scope) =>
        scope.TryGet(Owner, out var value) ? value : UndefinedValue.Name(Owner);
}

internal sealed class TupleExpression(int line, IReadOnlyList<Expression> items) : Expression(line)
{
    public IReadOnlyList<Expression> Items { get; } = items;

    public override object? Evaluate(Scope scope) => new TupleValue([.. Items.Select(i => i.Evaluate(scope))]);
}

internal sealed class ListExpression(int line, IReadOnlyList<Expression> items) : Expression(line)
{
    public override object? Evaluate(Scope scope) => new ListValue([.. items.Select(i => i.Evaluate(scope))]);
}

internal sealed class DictExpression(int line, IReadOnlyList<(Expression Key, Expression Value)> items)
    : Expression(line)
{
    public override object? Evaluate(Scope scope)
    {
        var dict = new DictValue();
        foreach (var (key, value) in items) dict.Set(key.Evaluate(scope), value.Evaluate(scope));
        return dict;
    }
}

internal sealed class Conditional(int line, Expression test, Expression then, Expression? otherwise) : Expression(line)
{
    public override object? Evaluate(Scope scope) => Operations.IsTrue(test.Evaluate(scope))
        ? then.Evaluate(scope)
        : otherwise is null
        ? new UndefinedValue("the inline if-expression evaluated to false and no else section was defined.")
        : otherwise.Evaluate(scope);
}

internal sealed class Attribute(int line, Expression owner, string name) : Expression(line)
{
    public override object? Evaluate(Scope scope)
    {
        var value = owner.Evaluate(scope);
        scope.State.Line = Line;

        // Most attributes are keys of messages that no method hides.
        return value is DictValue dict && !Builtins.ContainerMethods.IsDictMember(name)
            && dict.TryGet(name, out var item) ? item : Members.Attribute(value, name);
    }
}

internal sealed class Subscript(int line, Expression owner, Expression key) : Expression(line)
{
    public override object? Evaluate(Scope scope)
    {
        var value = owner.Evaluate(scope);
        var at = key.Evaluate(scope);
        scope.State.Line = Line;
        return value is DictValue dict && at is string name && dict.TryGet(name, out var item)
            ? item : Members.Item(scope.State, value, at);
    }
}

internal sealed class SliceExpression(int line, Expression? start, Expression? stop, Expression? step)
    : Expression(line)
{
    public override object? Evaluate(Scope scope) =>
        new Slice(start?.Evaluate(scope), stop?.Evaluate(scope), step?.Evaluate(scope));
}

internal sealed class Filtered(
    int line, Expression value, string name, Builtins.Filter? filter, CallArguments arguments) : Expression(line)
{
    public override object? Evaluate(Scope scope)
    {
        var input = value.Evaluate(scope);
        var given = arguments.Evaluate(scope);
        scope.State.Line = Line;
        scope.State.Step();
        return (filter ?? Builtins.Filters.Get(name))(scope, input, given);
    }
}

internal sealed class Tested(int line, Expression value, string name, Builtins.Test? test, CallArguments arguments)
    : Expression(line)
{
    public override object? Evaluate(Scope scope)
    {
        var input = value.Evaluate(scope);
        var given = arguments.Evaluate(scope);
        scope.State.Line = Line;
        scope.State.Step();
        return (test ?? Builtins.Tests.Get(name))(input, given);
    }
}

internal sealed class Call(int line, Expression callee, CallArguments arguments) : Expression(line)
{
    public override object? Evaluate(Scope scope) => Invoke(scope, []);

    public object? Invoke(Scope scope, KeyValuePair<string, object?>[] further)
    {
        var function = callee.Evaluate(scope);
        var given = arguments.Evaluate(scope);
        if (further.Length > 0) given = given with { Named = [.. given.Named, .. further] };
        scope.State.Line = Line;
        scope.State.Step();
        return function switch
        {
            FunctionValue known => known.Call(scope, given),
            LoopValue loop => loop.Call(given),
            UndefinedValue undefined => throw undefined.Fault(),
            _ => throw Fault.Type($"'{Kinds.Name(function)}' object is not callable"),
        };
    }
}
