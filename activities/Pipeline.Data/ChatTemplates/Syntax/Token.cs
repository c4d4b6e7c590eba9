namespace Pipeline.Data.ChatTemplates.Syntax;

internal enum TokenKind
{
    Data,
    BlockBegin,
    BlockEnd,
    VariableBegin,
    VariableEnd,
    Name,
    String,
    Integer,
    Float,
    Operator,
    End,
}

/// <summary>A token of a template.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Text">Name, operator, data, or the value of a literal as written.</param>
/// <param name="Line">1-based line.</param>
internal readonly record struct Token(TokenKind Kind, string Text, int Line)
{
    public bool Is(TokenKind kind, string text) => Kind == kind && Text == text;

    public bool IsName(string name) => Is(TokenKind.Name, name);

    public bool IsOperator(string symbol) => Is(TokenKind.Operator, symbol);

    /// <summary>How messages name the token.</summary>
    public string Describe() => Kind switch
    {
        TokenKind.BlockBegin => "begin of statement block",
        TokenKind.BlockEnd => "end of statement block",
        TokenKind.VariableBegin => "begin of print statement",
        TokenKind.VariableEnd => "end of print statement",
        TokenKind.End => "end of template",
        TokenKind.Data => "template data / text",
        TokenKind.String or TokenKind.Integer or TokenKind.Float => Kind.ToString().ToLowerInvariant(),
        _ => Text,
    };
}
