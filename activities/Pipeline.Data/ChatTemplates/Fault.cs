namespace Pipeline.Data.ChatTemplates;

/// <summary>Errors by the names of the reference; the renderer adds the place.</summary>
internal static class Fault
{
    public static ChatTemplateException Type(string reason) => new("TypeError", reason);

    public static ChatTemplateException Value(string reason) => new("ValueError", reason);

    public static ChatTemplateException Undefined(string reason) => new("UndefinedError", reason);

    public static ChatTemplateException Security(string reason) => new("SecurityError", reason);

    public static ChatTemplateException Runtime(string reason) => new("TemplateRuntimeError", reason);

    public static ChatTemplateException Budget(string reason) => new("BudgetError", reason);
}
