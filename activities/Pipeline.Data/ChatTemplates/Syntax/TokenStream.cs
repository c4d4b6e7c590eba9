namespace Pipeline.Data.ChatTemplates.Syntax;

/// <summary>The tokens ahead, and the errors that name their place.</summary>
internal sealed class TokenStream(List<Token> tokens, string name)
{
    private int _at;

    public Token Current => tokens[_at];

    public Token Following => tokens[Math.Min(_at + 1, tokens.Count - 1)];

    public Token Next()
    {
        var token = tokens[_at];
        if (_at < tokens.Count - 1) _at++;
        return token;
    }

    public bool SkipName(string text)
    {
        if (!Current.IsName(text)) return false;
        Next();
        return true;
    }

    public bool SkipOperator(string symbol)
    {
        if (!Current.IsOperator(symbol)) return false;
        Next();
        return true;
    }

    public Token Expect(TokenKind kind) =>
        Current.Kind == kind
            ? Next() : throw Error(
                $"expected token '{new Token(kind, kind.ToString().ToLowerInvariant(), 0).Describe()}', got "
                    + $"'{Current.Describe()}'");

    public void ExpectOperator(string symbol)
    {
        if (!SkipOperator(symbol)) throw Error($"expected token '{symbol}', got '{Current.Describe()}'");
    }

    public void ExpectName(string text)
    {
        if (!SkipName(text)) throw Error($"expected token '{text}', got '{Current.Describe()}'");
    }

    public ChatTemplateException Error(string reason, string kind = "TemplateSyntaxError") =>
        new(kind, reason, name, Current.Line);
}
