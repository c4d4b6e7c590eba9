using System.Globalization;
using System.Numerics;
using Pipeline.Data.ChatTemplates.Builtins;
using Pipeline.Data.ChatTemplates.Values;

namespace Pipeline.Data.ChatTemplates.Syntax;

/// <summary>Parses expressions with the precedence of the reference grammar.</summary>
internal sealed partial class ExpressionParser(TokenStream tokens)
{
    private const int MaxNesting = 100;
    private const int MaxChain = 300;
    private int _nesting;
    private int _chain;
    private ChatTemplateException? _unknown;

    /// <summary>Above zero where unknown filters and tests are errors only when they run.</summary>
    public int Lenient { get; set; }

    /// <summary>Names that were read, for macros that use <c>caller</c>, <c>varargs</c> or <c>kwargs</c>.</summary>
    public HashSet<string> Used { get; } = [];

    public Expression Parse(bool withCondition = true)
    {
        if (++_nesting > MaxNesting) throw tokens.Error($"an expression is nested deeper than {MaxNesting}");
        var outer = _chain;
        _chain = 0;
        var result = withCondition ? Condition() : Or();
        _chain = outer;
        return --_nesting > 0 || _unknown is null ? result : throw _unknown;
    }

    /// <summary>One expression, or a tuple of several with commas between them.</summary>
    public Expression ParseTuple(bool withCondition = true, bool parenthesised = false, string? endName = null) =>
        Tuple(() => Parse(withCondition), parenthesised, endName);

    /// <summary>What <c>set</c> and <c>for</c> assign to.</summary>
    public Expression ParseTarget(bool withNamespace = false, string? endName = null)
    {
        var target = Tuple(() => Primary(withNamespace), parenthesised: false, endName);
        foreach (var part in target is TupleExpression tuple ? tuple.Items : [target])
        {
            if (part is not (Name or NamespaceTarget)) throw tokens.Error("can't assign to this; a name is expected");
        }

        return target;
    }

    public string ParseName()
    {
        var name = tokens.Expect(TokenKind.Name).Text;
        return name is "true" or "false" or "none" or "True" or "False" or "None"
            ? throw tokens.Error($"can't assign to '{name}'") : name;
    }

    /// <summary>A chain of filters without the value they apply to.</summary>
    public Func<Expression, Expression> ParseFilters(bool startsInline)
    {
        var chain = new List<Func<Expression, Expression>>();
        while (startsInline || tokens.Current.IsOperator("|"))
        {
            if (!startsInline) tokens.Next();
            startsInline = false;
            chain.Add(FilterCall());
        }

        return value => chain.Aggregate(value, (inner, filter) => filter(inner));
    }

    private Expression Tuple(Func<Expression> item, bool parenthesised, string? endName)
    {
        var line = tokens.Current.Line;
        var (items, isTuple) = (new List<Expression>(), false);
        while (true)
        {
            if (items.Count > 0) tokens.ExpectOperator(",");
            if (tokens.Current.Kind is TokenKind.VariableEnd or TokenKind.BlockEnd || tokens.Current.IsOperator(")")
                || (endName is not null && tokens.Current.IsName(endName))) break;
            items.Add(item());
            if (!tokens.Current.IsOperator(",")) break;
            isTuple = true;
        }

        if (!isTuple && items.Count > 0) return items[0];
        if (!isTuple && !parenthesised)
            throw tokens.Error($"Expected an expression, got '{tokens.Current.Describe()}'");
        return new TupleExpression(line, items);
    }

    private Expression Condition()
    {
        var (line, unknown) = (tokens.Current.Line, _unknown);
        var result = Or();
        while (tokens.SkipName("if"))
        {
            // Inside a condition an unknown filter or test is an error only when it is reached.
            _unknown = unknown;
            Chain();
            var test = Or();
            var otherwise = tokens.SkipName("else") ? Parse() : null;
            result = new Conditional(line, test, result, otherwise);
            _unknown = unknown;
        }

        return result;
    }

    private Expression Or()
    {
        var left = And();
        while (tokens.Current.IsName("or"))
        {
            var line = tokens.Next().Line;
            left = new Either(Chain(line), left, And());
        }

        return left;
    }

    private Expression And()
    {
        var left = Negation();
        while (tokens.Current.IsName("and"))
        {
            var line = tokens.Next().Line;
            left = new Both(Chain(line), left, Negation());
        }

        return left;
    }

    private Expression Negation()
    {
        if (!tokens.Current.IsName("not")) return Compare();
        var line = tokens.Next().Line;
        return new Not(Chain(line), Negation());
    }

    private Expression Compare()
    {
        var line = tokens.Current.Line;
        var first = Sum();
        var rest = new List<(string, Expression)>();
        while (true)
        {
            var token = tokens.Current;
            if (token.Kind == TokenKind.Operator && token.Text is "==" or "!=" or "<" or "<=" or ">" or ">=")
                rest.Add((tokens.Next().Text, Sum()));
            else if (tokens.SkipName("in")) rest.Add(("in", Sum()));
            else if (token.IsName("not") && tokens.Following.IsName("in"))
            {
                tokens.Next();
                tokens.Next();
                rest.Add(("not in", Sum()));
            }
            else return rest.Count == 0 ? first : new Comparison(line, first, rest);
        }
    }

    private Expression Sum() => Binary(Concatenate, "+", "-");

    private Expression Concatenate()
    {
        var line = tokens.Current.Line;
        var items = new List<Expression> { Product() };
        while (tokens.SkipOperator("~")) items.Add(Product());
        return items.Count == 1 ? items[0] : new Concatenation(line, items);
    }

    private Expression Product() => Binary(Power, "*", "/", "//", "%");

    private Expression Power() => Binary(() => Unary(), "**");

    private Expression Binary(Func<Expression> operand, params ReadOnlySpan<string> symbols)
    {
        var left = operand();
        while (tokens.Current.Kind == TokenKind.Operator && symbols.Contains(tokens.Current.Text))
        {
            var token = tokens.Next();
            left = new Binary(Chain(token.Line), token.Text, left, operand());
        }

        return left;
    }

    private Expression Unary(bool withFilter = true)
    {
        var token = tokens.Current;
        Expression node;
        if (tokens.SkipOperator("-")) node = new Unary(Chain(token.Line), negate: true, Unary(withFilter: false));
        else if (tokens.SkipOperator("+")) node = new Unary(Chain(token.Line), negate: false, Unary(withFilter: false));
        else node = Primary(withNamespace: false);
        node = Postfix(node);
        return withFilter ? FiltersAndTests(node) : node;
    }

    private Expression Primary(bool withNamespace)
    {
        var token = tokens.Next();
        switch (token.Kind)
        {
            case TokenKind.Name: return NameOrConstant(token, withNamespace);
            case TokenKind.String:
                var text = token.Text;
                while (tokens.Current.Kind == TokenKind.String) text += tokens.Next().Text;
                return new Literal(token.Line, text);
            case TokenKind.Integer: return new Literal(token.Line, Integer(token.Text));
            case TokenKind.Float:
                return new Literal(
                token.Line, double.Parse(token.Text, CultureInfo.InvariantCulture));
            case TokenKind.Operator when token.Text == "(":
                var inner = ParseTuple(parenthesised: true);
                tokens.ExpectOperator(")");
                return inner;
            case TokenKind.Operator when token.Text == "[": return List(token.Line);
            case TokenKind.Operator when token.Text == "{": return Dict(token.Line);
            default: throw tokens.Error($"unexpected '{token.Describe()}'");
        }
    }

    private Expression NameOrConstant(Token token, bool withNamespace)
    {
        if (token.Text is "true" or "True" or "false" or "False")
            return new Literal(token.Line, token.Text[0] is 't' or 'T');
        if (token.Text is "none" or "None") return new Literal(token.Line, null);
        if (withNamespace && tokens.SkipOperator("."))
            return new NamespaceTarget(token.Line, token.Text, tokens.Expect(TokenKind.Name).Text);
        Used.Add(token.Text);
        return new Name(token.Line, token.Text);
    }

    private static object Integer(string text)
    {
        if (text.Length > 10_000) throw Fault.Value("an integer has more than 10,000 digits");
        if (text.Length < 2 || !char.IsAsciiLetter(text[1]))
            return Numbers.Box(BigInteger.Parse(text, CultureInfo.InvariantCulture));
        var radix = char.ToLowerInvariant(text[1]) switch { 'x' => 16, 'o' => 8, _ => 2 };
        return Numbers.Box(text.Skip(2)
            .Aggregate(BigInteger.Zero, (number, digit) => (number * radix) + Convert.ToInt32(digit.ToString(), 16)));
    }

    private ListExpression List(int line)
    {
        var items = new List<Expression>();
        while (!tokens.SkipOperator("]"))
        {
            if (items.Count > 0) tokens.ExpectOperator(",");
            if (tokens.SkipOperator("]")) break;
            items.Add(Parse());
        }

        return new ListExpression(line, items);
    }

    private DictExpression Dict(int line)
    {
        var items = new List<(Expression, Expression)>();
        while (!tokens.SkipOperator("}"))
        {
            if (items.Count > 0) tokens.ExpectOperator(",");
            if (tokens.SkipOperator("}")) break;
            var key = Parse();
            tokens.ExpectOperator(":");
            items.Add((key, Parse()));
        }

        return new DictExpression(line, items);
    }

    public CallArguments ParseArguments()
    {
        tokens.ExpectOperator("(");
        var (positional, named) = (new List<Expression>(), new List<(string, Expression)>());
        Expression? rest = null, namedRest = null;
        for (var first = true; !tokens.Current.IsOperator(")"); first = false)
        {
            if (!first) tokens.ExpectOperator(",");
            if (tokens.Current.IsOperator(")")) break;
            if (tokens.SkipOperator("*")) rest = rest is null && namedRest is null ? Parse() : throw Misplaced();
            else if (tokens.SkipOperator("**")) namedRest = namedRest is null ? Parse() : throw Misplaced();
            else if (tokens.Current.Kind == TokenKind.Name && tokens.Following.IsOperator("=") && namedRest is null)
            {
                var name = tokens.Next().Text;
                tokens.Next();
                named.Add((name, Parse()));
            }
            else positional.Add(rest is null && namedRest is null && named.Count == 0 ? Parse() : throw Misplaced());
        }

        tokens.Next();
        return positional.Count + named.Count == 0 && rest is null && namedRest is null
            ? CallArguments.None : new CallArguments(positional, named, rest, namedRest);
    }

    private ChatTemplateException Misplaced() => tokens.Error("invalid syntax for function call expression");

    private int Chain(int line = 0) =>
        ++_chain <= MaxChain ? line : throw tokens.Error($"an expression has more than {MaxChain} operators");
}
