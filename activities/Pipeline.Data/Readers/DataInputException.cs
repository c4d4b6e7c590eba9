namespace Pipeline.Data.Readers;

/// <summary>
/// Input that cannot be used as it is. The message starts with <see cref="Code"/> and says what, where and what to do.
/// </summary>
/// <param name="code">Stable code such as <c>E-ING-EMPTY</c>.</param>
/// <param name="message">What is wrong, where, and how to fix it.</param>
public sealed class DataInputException(string code, string message) : FormatException($"{code}  {message}")
{
    /// <summary>Stable code such as <c>E-ING-EMPTY</c>.</summary>
    public string Code { get; } = code;
}
