namespace Pipeline.Data.ChatTemplates.Values;

/// <summary>
/// What a missing name or attribute gives: prints as nothing, is false, and fails when it is used further.
/// </summary>
internal sealed class UndefinedValue(string reason, bool isUnsafe = false)
{
    public static UndefinedValue Name(string name) => new($"'{name}' is undefined");

    public static UndefinedValue Member(object? owner, object? member) => owner is UndefinedValue
        ? new UndefinedValue("parent is undefined")
        : new UndefinedValue(member is string name ? $"'{Kinds.ObjectName(owner)}' has no attribute '{name}'"
        : $"'{Kinds.ObjectName(owner)}' has no element {Printer.Repr(member)}");

    public static UndefinedValue Unsafe(object? owner, string member) =>
        new($"access to attribute '{member}' of '{Kinds.Name(owner)}' object is unsafe.", isUnsafe: true);

    public ChatTemplateException Fault() =>
        isUnsafe ? ChatTemplates.Fault.Security(reason) : ChatTemplates.Fault.Undefined(reason);
}
