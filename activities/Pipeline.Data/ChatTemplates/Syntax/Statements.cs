using System.Text;
using Pipeline.Data.ChatTemplates.Values;

namespace Pipeline.Data.ChatTemplates.Syntax;

internal sealed class Block(int line, IReadOnlyList<Statement> statements) : Statement(line)
{
    private readonly Statement[] _statements = [.. statements];

    public override Flow Execute(Scope scope, StringBuilder output)
    {
        foreach (var statement in _statements)
        {
            scope.State.Step();
            scope.State.Line = statement.Line;
            var flow = statement.Execute(scope, output);
            if (flow != Flow.Next) return flow;
        }

        return Flow.Next;
    }

    /// <summary>What the block writes when it runs in a scope of its own.</summary>
    public string Capture(Scope scope)
    {
        var output = new StringBuilder();
        Execute(scope, output);
        return output.ToString();
    }
}

internal sealed class Data(int line, string text) : Statement(line)
{
    public override Flow Execute(Scope scope, StringBuilder output)
    {
        scope.State.Size(text.Length);
        scope.State.CheckOutput((long)output.Length + text.Length);
        output.Append(text);
        return Flow.Next;
    }
}

internal sealed class Print(int line, Expression value) : Statement(line)
{
    public override Flow Execute(Scope scope, StringBuilder output)
    {
        var text = Printer.Str(value.Evaluate(scope));
        scope.State.Size(text.Length);
        scope.State.CheckOutput((long)output.Length + text.Length);
        output.Append(text);
        return Flow.Next;
    }
}

internal sealed class If(int line, Expression test, Block then, Statement? otherwise) : Statement(line)
{
    public override Flow Execute(Scope scope, StringBuilder output) =>
        Operations.IsTrue(test.Evaluate(scope))
            ? then.Execute(scope, output) : otherwise?.Execute(scope, output) ?? Flow.Next;
}

internal sealed class Jump(int line, Flow flow) : Statement(line)
{
    public override Flow Execute(Scope scope, StringBuilder output) => flow;
}

internal sealed class Assign(int line, Expression target, Expression value) : Statement(line)
{
    public override Flow Execute(Scope scope, StringBuilder output)
    {
        Targets.Set(scope, target, value.Evaluate(scope));
        return Flow.Next;
    }
}

/// <summary><c>{% set name | filter %}…{% endset %}</c>.</summary>
internal sealed class AssignBlock(int line, Expression target, Func<Expression, Expression>? filter, Block body)
    : Statement(line)
{
    public override Flow Execute(Scope scope, StringBuilder output)
    {
        var text = new Literal(Line, body.Capture(new Scope(scope)));
        Targets.Set(scope, target, (filter?.Invoke(text) ?? text).Evaluate(scope));
        return Flow.Next;
    }
}

/// <summary><c>{% filter name %}…{% endfilter %}</c>.</summary>
internal sealed class FilterBlock(int line, Func<Expression, Expression> filter, Block body) : Statement(line)
{
    public override Flow Execute(Scope scope, StringBuilder output)
    {
        output.Append(Printer.Str(filter(new Literal(Line, body.Capture(new Scope(scope)))).Evaluate(scope)));
        return Flow.Next;
    }
}

internal sealed class With(int line, IReadOnlyList<(Expression Target, Expression Value)> variables, Block body)
    : Statement(line)
{
    public override Flow Execute(Scope scope, StringBuilder output)
    {
        var inner = new Scope(scope);
        foreach (var (target, value) in variables) Targets.Set(inner, target, value.Evaluate(scope));
        return body.Execute(inner, output);
    }
}

/// <summary><c>{% generation %}</c>: what the model is to write.</summary>
internal sealed class Generation(int line, Block body) : Statement(line)
{
    public override Flow Execute(Scope scope, StringBuilder output)
    {
        // As in the reference, the place is that in the template's own output, also inside a macro.
        var start = scope.State.Output.Length;
        var text = body.Capture(new Scope(scope));
        scope.State.Generated.Add((start, start + text.Length));
        output.Append(text);
        return Flow.Next;
    }
}

/// <summary>A tag that needs other templates; there are none.</summary>
internal sealed class Loader(int line) : Statement(line)
{
    public override Flow Execute(Scope scope, StringBuilder output) =>
        throw Fault.Type("no loader for this environment specified; a chat template is one file");
}

/// <summary>Assigns to names, tuples of names and attributes of namespaces.</summary>
internal static class Targets
{
    public static void Set(Scope scope, Expression target, object? value)
    {
        switch (target)
        {
            case Name name: scope.Set(name.Text, value); break;
            case NamespaceTarget member:
                var owner = member.Evaluate(scope) as NamespaceValue
                    ?? throw Fault.Runtime("cannot assign attribute on non-namespace object");
                owner.Set(member.Attribute, value);
                break;
            case TupleExpression tuple: Unpack(scope, tuple.Items, value); break;
        }
    }

    private static void Unpack(Scope scope, IReadOnlyList<Expression> targets, object? value)
    {
        if (value is not (null or UndefinedValue) && !Kinds.CanWalk(value))
            throw Fault.Type($"cannot unpack non-iterable {Kinds.Name(value)} object");
        if (value is null) throw Fault.Type("cannot unpack non-iterable NoneType object");
        var items = Kinds.Walk(value).Take(targets.Count + 1).ToList();
        if (items.Count > targets.Count) throw Fault.Value($"too many values to unpack (expected {targets.Count})");
        if (items.Count < targets.Count)
            throw Fault.Value($"not enough values to unpack (expected {targets.Count}, got {items.Count})");
        for (var i = 0; i < items.Count; i++) Set(scope, targets[i], items[i]);
    }
}
