namespace Pipeline.Data.ChatTemplates.Syntax;

/// <summary>Parses the statements of a template.</summary>
internal sealed class TemplateParser
{
    private const int MaxNesting = 100;
    private readonly TokenStream _tokens;
    private readonly ExpressionParser _expressions;
    private readonly Stack<string> _open = new();
    private bool _inLoop;

    private TemplateParser(string source, string name)
    {
        _tokens = new TokenStream(Lexer.Read(source, name), name);
        _expressions = new ExpressionParser(_tokens);
    }

    /// <summary>Whether the template has a <c>generation</c> block.</summary>
    public bool MarksGeneration { get; private set; }

    public static (Block Body, bool MarksGeneration) Parse(string source, string name)
    {
        var parser = new TemplateParser(source, name);
        var body = parser.Statements([]);
        return (body, parser.MarksGeneration);
    }

    private Block Statements(params ReadOnlySpan<string> ends)
    {
        if (_open.Count > MaxNesting) throw _tokens.Error($"blocks are nested deeper than {MaxNesting}");
        var line = _tokens.Current.Line;
        var statements = new List<Statement>();
        while (_tokens.Current.Kind != TokenKind.End)
        {
            var token = _tokens.Next();
            if (token.Kind == TokenKind.Data) statements.Add(new Data(token.Line, token.Text));
            else if (token.Kind == TokenKind.VariableBegin)
            {
                statements.Add(new Print(token.Line, _expressions.ParseTuple()));
                _tokens.Expect(TokenKind.VariableEnd);
            }
            else
            {
                if (_tokens.Current.Kind == TokenKind.Name && ends.Contains(_tokens.Current.Text))
                    return new Block(line, statements);
                statements.AddRange(Tag());
                _tokens.Expect(TokenKind.BlockEnd);
            }
        }

        if (ends.Length == 0) return new Block(line, statements);
        throw _tokens.Error(
            $"Unexpected end of template. Jinja was looking for the following tags: "
            + $"{string.Join(" or ", ends.ToArray().Order(StringComparer.Ordinal).Select(e => $"'{e}'"))}."
            + $" The innermost block that needs to be closed is '{_open.Peek()}'.");
    }

    /// <summary>The body of a block up to its end tag, which is consumed.</summary>
    private Block Body(string end)
    {
        _tokens.SkipOperator(":");
        _tokens.Expect(TokenKind.BlockEnd);
        var body = Statements(end);
        _tokens.Next();
        return body;
    }

    private Statement[] Tag()
    {
        var token = _tokens.Current;
        if (token.Kind != TokenKind.Name) throw _tokens.Error("tag name expected");
        _open.Push(token.Text);
        _tokens.Next();
        Statement[] result = token.Text switch
        {
            "for" => [ForLoop(token.Line)],
            "if" => [IfChain(token.Line)],
            "set" => [Set(token.Line)],
            "macro" => [MacroBlock(token.Line)],
            "call" => [CallTag(token.Line)],
            "filter" => [new FilterBlock(token.Line, _expressions.ParseFilters(startsInline: true), Body("endfilter"))],
            "with" => [WithBlock(token.Line)],
            "generation" => [GenerationBlock(token.Line)],
            "print" => PrintTag(token.Line),
            "break" or "continue" =>
                [_inLoop ? new Jump(token.Line, token.Text == "break" ? Flow.Break : Flow.Continue)
                    : throw _tokens.Error($"'{token.Text}' outside loop", "SyntaxError")],
            "include" or "import" or "extends" or "from" => [LoaderTag(token.Line)],
            _ => throw _tokens.Error($"Encountered unknown tag '{token.Text}'."),
        };
        _open.Pop();
        return result;
    }

    private For ForLoop(int line)
    {
        var target = _expressions.ParseTarget(endName: "in");
        _tokens.ExpectName("in");
        var source = _expressions.ParseTuple(withCondition: false, endName: "recursive");
        var filter = _tokens.SkipName("if") ? _expressions.Parse() : null;
        var recursive = _tokens.SkipName("recursive");
        var (outer, lenient) = (_inLoop, _expressions.Lenient);
        (_inLoop, _expressions.Lenient) = (true, 0);
        _tokens.SkipOperator(":");
        _tokens.Expect(TokenKind.BlockEnd);
        var body = Statements("endfor", "else");
        _inLoop = outer;
        Block? otherwise = null;
        if (_tokens.Next().IsName("else")) otherwise = Body("endfor");
        _expressions.Lenient = lenient;
        return new For(line, target, source, filter, recursive, body, otherwise);
    }

    private If IfChain(int line)
    {
        var branches = new List<(int Line, Expression Test, Block Body)>();
        Block? otherwise = null;
        for (var at = line; ;)
        {
            if (branches.Count > MaxNesting) throw _tokens.Error($"an if has more than {MaxNesting} branches");
            var test = _expressions.ParseTuple(withCondition: false);
            _tokens.SkipOperator(":");
            _tokens.Expect(TokenKind.BlockEnd);
            _expressions.Lenient++;
            branches.Add((at, test, Statements("elif", "else", "endif")));
            _expressions.Lenient--;
            at = _tokens.Current.Line;
            var end = _tokens.Next();
            if (end.IsName("elif")) continue;
            _expressions.Lenient++;
            if (end.IsName("else")) otherwise = Body("endif");
            _expressions.Lenient--;
            break;
        }

        Statement? rest = otherwise;
        for (var i = branches.Count - 1; i > 0; i--)
            rest = new If(branches[i].Line, branches[i].Test, branches[i].Body, rest);
        return new If(line, branches[0].Test, branches[0].Body, rest);
    }

    private Statement Set(int line)
    {
        var target = _expressions.ParseTarget(withNamespace: true);
        if (_tokens.SkipOperator("=")) return new Assign(line, target, _expressions.ParseTuple());
        var filter = _tokens.Current.IsOperator("|") ? _expressions.ParseFilters(startsInline: false) : null;
        return new AssignBlock(line, target, filter, Body("endset"));
    }

    private Macro MacroBlock(int line)
    {
        var name = _expressions.ParseName();
        return new Macro(line, Code(name, Signature(), "endmacro"));
    }

    private CallBlock CallTag(int line)
    {
        var parameters = _tokens.Current.IsOperator("(") ? Signature() : [];
        var call = _expressions.Parse() as Call ?? throw _tokens.Error("expected call");
        return new CallBlock(line, call, Code("caller", parameters, "endcall"));
    }

    private MacroCode Code(string name, List<(string, Expression?)> parameters, string end)
    {
        var outer = (_inLoop, _expressions.Lenient, _expressions.Used.Contains("caller"),
            _expressions.Used.Contains("varargs"), _expressions.Used.Contains("kwargs"));
        (_inLoop, _expressions.Lenient) = (false, 0);
        _expressions.Used.ExceptWith(["caller", "varargs", "kwargs"]);
        var body = Body(end);
        var used = _expressions.Used;
        var code = new MacroCode(
            name, parameters, body, used.Contains("caller"), used.Contains("varargs"), used.Contains("kwargs"));
        (_inLoop, _expressions.Lenient) = (outer._inLoop, outer.Lenient);
        if (outer.Item3) used.Add("caller");
        if (outer.Item4) used.Add("varargs");
        if (outer.Item5) used.Add("kwargs");
        return code;
    }

    private List<(string, Expression?)> Signature()
    {
        _tokens.ExpectOperator("(");
        var parameters = new List<(string, Expression?)>();
        while (!_tokens.Current.IsOperator(")"))
        {
            if (parameters.Count > 0) _tokens.ExpectOperator(",");
            var name = _expressions.ParseName();
            if (_tokens.SkipOperator("=")) parameters.Add((name, _expressions.Parse()));
            else if (parameters.Count > 0 && parameters[^1].Item2 is not null)
                throw _tokens.Error("non-default argument follows default argument");
            else parameters.Add((name, null));
        }

        _tokens.Next();
        return parameters;
    }

    private With WithBlock(int line)
    {
        var variables = new List<(Expression, Expression)>();
        while (_tokens.Current.Kind != TokenKind.BlockEnd)
        {
            if (variables.Count > 0) _tokens.ExpectOperator(",");
            var target = new Name(_tokens.Current.Line, _expressions.ParseName());
            _tokens.ExpectOperator("=");
            variables.Add((target, _expressions.Parse()));
        }

        return new With(line, variables, Body("endwith"));
    }

    private Generation GenerationBlock(int line)
    {
        MarksGeneration = true;
        var outer = _inLoop;
        _inLoop = false;
        var body = Body("endgeneration");
        _inLoop = outer;
        return new Generation(line, body);
    }

    private Statement[] PrintTag(int line)
    {
        var prints = new List<Statement>();
        while (_tokens.Current.Kind != TokenKind.BlockEnd)
        {
            if (prints.Count > 0) _tokens.ExpectOperator(",");
            prints.Add(new Print(line, _expressions.Parse()));
        }

        return [.. prints];
    }

    private Loader LoaderTag(int line)
    {
        while (_tokens.Current.Kind is not (TokenKind.BlockEnd or TokenKind.End)) _tokens.Next();
        return new Loader(line);
    }
}
