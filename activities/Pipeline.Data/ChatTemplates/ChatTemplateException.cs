namespace Pipeline.Data.ChatTemplates;

/// <summary>A chat template is malformed, refused the conversation, or went over a limit.</summary>
/// <param name="kind">Name of the error as the reference implementation raises it, or <c>BudgetError</c>.</param>
/// <param name="reason">What is wrong.</param>
/// <param name="template">Name of the template.</param>
/// <param name="line">1-based line of the template; 0 when the template was not reached.</param>
public sealed class ChatTemplateException(string kind, string reason, string template = "", int line = 0)
    : Exception(line > 0 ? $"{template}, line {line}: {kind}: {reason}" : $"{kind}: {reason}")
{
    /// <summary>
    /// <c>TemplateSyntaxError</c>, <c>TemplateAssertionError</c>, <c>TemplateError</c> (the template refused),
    /// <c>UndefinedError</c>,
    /// <c>SecurityError</c>, <c>TypeError</c>, <c>ValueError</c>, <c>BudgetError</c> and others.
    /// </summary>
    public string Kind { get; } = kind;

    /// <summary>What is wrong, without the place.</summary>
    public string Reason { get; } = reason;

    /// <summary>1-based line of the template; 0 when the template was not reached.</summary>
    public int Line { get; } = line;
}
