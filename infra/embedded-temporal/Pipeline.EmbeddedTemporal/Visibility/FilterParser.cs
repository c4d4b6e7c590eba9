namespace Pipeline.EmbeddedTemporal.Visibility;

// A list filter as a condition over the table `runs`, with its parameters.
internal sealed record Filter(string Sql, IReadOnlyList<object> Parameters, string? GroupBy)
{
    // Syntax first, names and values second: a malformed filter is called malformed whatever it names.
    public static Filter Parse(NamespaceEntry ns, string text)
    {
        new FilterParser(null, text).Parse();
        return new FilterParser(ns, text).Parse();
    }
}

// Recursive descent over: OR, AND, NOT, parentheses, comparisons, IN, BETWEEN, IS NULL, STARTS_WITH, GROUP BY.
internal sealed class FilterParser(NamespaceEntry? ns, string text)
{
    private const int MaxDepth = 100;
    private readonly List<FilterToken> _tokens = FilterTokens.Split(text);
    private readonly List<object> _parameters = [];
    private int _next;
    private int _depth;

    private FilterToken Peek => _tokens[_next];

    public Filter Parse()
    {
        var sql = Peek.Kind == TokenKind.End || IsWord("GROUP") || IsWord("ORDER") || IsWord("LIMIT") ? "1" : Or();
        string? group = null;
        if (IsWord("ORDER")) throw VisibilityErrors.Unsupported("'order by' clause");
        if (IsWord("LIMIT")) throw VisibilityErrors.Unsupported("'limit' clause");
        if (Accept("GROUP"))
        {
            Expect("BY");
            group = Take(TokenKind.Word).Value;
            if (group != "ExecutionStatus")
                throw VisibilityErrors.Unsupported(
                    "'group by' clause is only supported for ExecutionStatus search attribute");
        }

        if (IsWord("ORDER")) throw VisibilityErrors.Unsupported("'order by' clause");
        if (IsWord("LIMIT")) throw VisibilityErrors.Unsupported("'limit' clause");
        return Peek.Kind == TokenKind.End ? new Filter(sql, _parameters, group) : throw Unexpected();
    }

    private string Or()
    {
        if (++_depth > MaxDepth) throw VisibilityErrors.Unsupported("the filter is nested too deeply");
        var sql = And();
        while (Accept("OR")) sql = $"({sql} OR {And()})";
        _depth--;
        return sql;
    }

    private string And()
    {
        var sql = Not();
        while (Accept("AND")) sql = $"({sql} AND {Not()})";
        return sql;
    }

    private string Not()
    {
        if (Accept("NOT")) return $"NOT {Not()}";
        if (!Symbol("(")) return Comparison();
        var sql = Or();
        if (!Symbol(")")) throw Unexpected();
        return $"({sql})";
    }

    private string Comparison()
    {
        var name = Take(TokenKind.Word).Value;
        var column = ns is null ? new Column(name, "", IndexedValueType.Keyword) : Column.Find(ns, name);
        if (Accept("IS"))
        {
            var not = Accept("NOT");
            Expect("NULL");
            return column.Name == "CloseTime"
                ? $"close_time IS {(not ? "NOT " : "")}NULL" : $"{column.Sql} IS {(not ? "NOT " : "")}NULL";
        }

        var negated = Accept("NOT");
        if (Accept("IN")) return Negate(negated, In(column));
        if (Accept("BETWEEN"))
        {
            var low = Parameter(column, Literal());
            Expect("AND");
            return Negate(negated, $"({column.Sql} >= {low} AND {column.Sql} <= {Parameter(column, Literal())})");
        }

        if (Accept("STARTS_WITH"))
        {
            if (column.Type != IndexedValueType.Keyword)
                throw VisibilityErrors.Unsupported(
                    $"operator STARTS_WITH not supported for {column.Type} type search attribute '{column.Name}'");
            var prefix = Parameter(column, Literal());
            return Negate(negated, $"substr({column.Sql}, 1, length({prefix})) = {prefix}");
        }

        if (negated || Peek.Kind != TokenKind.Symbol || Peek.Value is "(" or ")" or "," or "*") throw Unexpected();
        return Compare(column, Take(TokenKind.Symbol).Value, Literal());
    }

    private string Compare(Column column, string op, string literal)
    {
        var parameter = Parameter(column, literal);
        switch (column.Type)
        {
            case IndexedValueType.KeywordList:
                if (op is not ("=" or "!="))
                    throw VisibilityErrors.Unsupported(
                        $"operator '{op}' not supported for KeywordList type search attribute '{column.Name}'");
                var contains =
                    $"EXISTS(SELECT 1 FROM json_each(attributes, '$.\"{column.Name}\"') WHERE value = {parameter})";
                return op == "=" ? contains : $"NOT {contains}";
            case IndexedValueType.Text:
                if (op is not ("=" or "!="))
                    throw VisibilityErrors.Unsupported(
                        $"operator '{op}' not supported for Text type search attribute '{column.Name}'");
                var has = $"instr(' ' || lower({column.Sql}) || ' ', ' ' || lower({parameter}) || ' ') > 0";
                return op == "=" ? has : $"NOT {has}";
            case IndexedValueType.Datetime when !column.IsSystemTime:
                return $"julianday({column.Sql}) {op} julianday({parameter})";
            default:
                return $"{column.Sql} {op} {parameter}";
        }
    }

    private string In(Column column)
    {
        if (!Symbol("(")) throw Unexpected();
        var parts = new List<string>();
        do parts.Add(Compare(column, "=", Literal()));
        while (Symbol(","));
        return Symbol(")") ? $"({string.Join(" OR ", parts)})" : throw Unexpected();
    }

    private static string Negate(bool negated, string sql) => negated ? $"NOT {sql}" : sql;

    private string Parameter(Column column, string literal)
    {
        _parameters.Add(ns is null ? literal : column.Value(literal));
        return "$p" + (_parameters.Count - 1).ToString(System.Globalization.CultureInfo.InvariantCulture);
    }

    private string Literal()
    {
        var token = Peek;
        if (token.Kind is TokenKind.Text or TokenKind.Number
            || (token.Kind == TokenKind.Word && token.Value.ToLowerInvariant() is "true" or "false"))
        {
            _next++;
            return token.Value;
        }

        if (token.Kind == TokenKind.Word)
            throw VisibilityErrors.Unsupported(
                $"column name on the right side of comparison expression (did you forget to quote '{token.Value}'?)");
        throw Unexpected();
    }

    private bool IsWord(string word) =>
        Peek.Kind == TokenKind.Word && Peek.Value.Equals(word, StringComparison.OrdinalIgnoreCase);

    private bool Accept(string word)
    {
        if (!IsWord(word)) return false;
        _next++;
        return true;
    }

    private void Expect(string word)
    {
        if (!Accept(word)) throw Unexpected();
    }

    private bool Symbol(string symbol)
    {
        if (Peek.Kind != TokenKind.Symbol || Peek.Value != symbol) return false;
        _next++;
        return true;
    }

    private FilterToken Take(TokenKind kind) => Peek.Kind == kind ? _tokens[_next++] : throw Unexpected();

    private RpcError Unexpected() => VisibilityErrors.Malformed(Peek.Position, Peek.Value);
}
