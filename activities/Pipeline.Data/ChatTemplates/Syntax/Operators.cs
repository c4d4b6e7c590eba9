using Pipeline.Data.ChatTemplates.Builtins;
using Pipeline.Data.ChatTemplates.Values;

namespace Pipeline.Data.ChatTemplates.Syntax;

internal sealed class Both(int line, Expression left, Expression right) : Expression(line)
{
    public override object? Evaluate(Scope scope) => left.Evaluate(scope) is var value && Operations.IsTrue(value)
        ? right.Evaluate(scope) : value;
}

internal sealed class Either(int line, Expression left, Expression right) : Expression(line)
{
    public override object? Evaluate(Scope scope) => left.Evaluate(scope) is var value && Operations.IsTrue(value)
        ? value : right.Evaluate(scope);
}

internal sealed class Not(int line, Expression value) : Expression(line)
{
    public override object? Evaluate(Scope scope) => !Operations.IsTrue(value.Evaluate(scope));
}

internal sealed class Unary(int line, bool negate, Expression value) : Expression(line)
{
    public override object? Evaluate(Scope scope)
    {
        var given = value.Evaluate(scope);
        scope.State.Line = Line;
        return negate ? Operations.Negate(given) : Operations.Plus(given);
    }
}

internal sealed class Binary(int line, string symbol, Expression left, Expression right) : Expression(line)
{
    public override object? Evaluate(Scope scope)
    {
        var (a, b) = (left.Evaluate(scope), right.Evaluate(scope));
        scope.State.Line = Line;
        scope.State.Step();
        return symbol switch
        {
            "+" => Operations.Add(scope.State, a, b),
            "-" => Operations.Subtract(a, b),
            "*" => Operations.Multiply(scope.State, a, b),
            "/" => Operations.Divide(a, b),
            "//" => Operations.FloorDivide(a, b),
            "%" => a is string format ? PercentFormat.Apply(scope.State, format, b) : Operations.Modulo(a, b),
            _ => Operations.Power(a, b),
        };
    }
}

/// <summary><c>a ~ b ~ c</c>.</summary>
internal sealed class Concatenation(int line, IReadOnlyList<Expression> items) : Expression(line)
{
    private readonly Expression[] _items = [.. items];

    public override object? Evaluate(Scope scope)
    {
        var texts = new string[_items.Length];
        var length = 0L;
        for (var i = 0; i < texts.Length; i++) length += (texts[i] = Printer.Str(_items[i].Evaluate(scope))).Length;
        scope.State.Line = Line;
        scope.State.Size(length);
        return string.Concat(texts);
    }
}

/// <summary>One or more comparisons in a chain.</summary>
internal sealed class Comparison(int line, Expression first, IReadOnlyList<(string Symbol, Expression Operand)> rest)
    : Expression(line)
{
    private readonly (string Symbol, Expression Operand)[] _rest = [.. rest];

    public override object? Evaluate(Scope scope)
    {
        var left = first.Evaluate(scope);
        foreach (var (symbol, operand) in _rest)
        {
            var right = operand.Evaluate(scope);
            scope.State.Line = Line;
            scope.State.Step();
            if (!Holds(symbol, left, right)) return false;
            left = right;
        }

        return true;
    }

    private static bool Holds(string symbol, object? left, object? right) => symbol switch
    {
        "==" => Operations.AreEqual(left, right),
        "!=" => !Operations.AreEqual(left, right),
        "in" => Operations.Contains(right, left),
        "not in" => !Operations.Contains(right, left),
        "<" => Operations.Compare(left, right, symbol) < 0,
        "<=" => Operations.Compare(left, right, symbol) <= 0,
        ">" => Operations.Compare(left, right, symbol) > 0,
        _ => Operations.Compare(left, right, symbol) >= 0,
    };
}
