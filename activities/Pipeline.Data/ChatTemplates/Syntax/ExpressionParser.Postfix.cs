using Pipeline.Data.ChatTemplates.Builtins;

namespace Pipeline.Data.ChatTemplates.Syntax;

/// <content>What follows an operand: members, subscripts, calls, filters and tests.</content>
internal sealed partial class ExpressionParser
{
    private Expression Postfix(Expression node)
    {
        while (true)
        {
            if (tokens.Current.IsOperator(".")) node = Dot(node);
            else if (tokens.Current.IsOperator("[")) node = Brackets(node);
            else if (tokens.Current.IsOperator("("))
                node = new Call(Chain(tokens.Current.Line), node, ParseArguments());
            else return node;
        }
    }

    private Expression Dot(Expression owner)
    {
        var line = Chain(tokens.Next().Line);
        var member = tokens.Next();
        return member.Kind switch
        {
            TokenKind.Name => new Attribute(line, owner, member.Text),
            TokenKind.Integer => new Subscript(line, owner, new Literal(line, Integer(member.Text))),
            _ => throw tokens.Error("expected name or number"),
        };
    }

    private Subscript Brackets(Expression owner)
    {
        var line = Chain(tokens.Next().Line);
        var keys = new List<Expression>();
        while (!tokens.SkipOperator("]"))
        {
            if (keys.Count > 0) tokens.ExpectOperator(",");
            keys.Add(Key());
        }

        return new Subscript(line, owner, keys.Count == 1 ? keys[0] : new TupleExpression(line, keys));
    }

    private Expression Key()
    {
        var line = tokens.Current.Line;
        Expression? start = null;
        if (!tokens.Current.IsOperator(":"))
        {
            start = Parse();
            if (!tokens.Current.IsOperator(":")) return start;
        }

        tokens.Next();
        var stop = SliceEnd() ? null : Parse();
        var step = tokens.SkipOperator(":") && !SliceEnd() ? Parse() : null;
        return new SliceExpression(line, start, stop, step);
    }

    private bool SliceEnd() => tokens.Current.IsOperator("]") || tokens.Current.IsOperator(",")
        || tokens.Current.IsOperator(":");

    private Expression FiltersAndTests(Expression node)
    {
        while (true)
        {
            if (tokens.Current.IsOperator("|"))
            {
                tokens.Next();
                node = FilterCall()(node);
            }
            else if (tokens.Current.IsName("is")) node = TestCall(node);
            else if (tokens.Current.IsOperator("("))
                node = new Call(Chain(tokens.Current.Line), node, ParseArguments());
            else return node;
        }
    }

    private Func<Expression, Expression> FilterCall()
    {
        var (line, name) = (Chain(tokens.Current.Line), DottedName());
        if (!Filters.TryGet(name, out var filter) && Lenient == 0)
            _unknown ??= tokens.Error($"No filter named '{name}'.", "TemplateAssertionError");
        var arguments = tokens.Current.IsOperator("(") ? ParseArguments() : CallArguments.None;
        return value => new Filtered(line, value, name, filter, arguments);
    }

    private Expression TestCall(Expression node)
    {
        var line = Chain(tokens.Next().Line);
        var negated = tokens.SkipName("not");
        var name = DottedName();
        if (!Tests.TryGet(name, out var test) && Lenient == 0)
            _unknown ??= tokens.Error($"No test named '{name}'.", "TemplateAssertionError");
        var arguments = CallArguments.None;
        var next = tokens.Current;
        if (next.IsOperator("(")) arguments = ParseArguments();
        else if (next.Kind is TokenKind.String or TokenKind.Integer or TokenKind.Float || next.IsOperator("[")
            || next.IsOperator("{")
            || (next.Kind == TokenKind.Name && next.Text is not ("else" or "or" or "and")))
        {
            if (next.IsName("is")) throw tokens.Error("You cannot chain multiple tests with is");
            arguments = new CallArguments([Postfix(Primary(withNamespace: false))], [], null, null);
        }

        Expression result = new Tested(line, node, name, test, arguments);
        return negated ? new Not(line, result) : result;
    }

    private string DottedName()
    {
        var name = tokens.Expect(TokenKind.Name).Text;
        while (tokens.SkipOperator(".")) name += "." + tokens.Expect(TokenKind.Name).Text;
        return name;
    }
}
