namespace Pipeline.Data.Formats;

/// <summary>One row that does not fit its format; the caller quarantines it and goes on.</summary>
/// <param name="code">Stable code such as <c>E-SCHEMA-ROLE</c>.</param>
/// <param name="reason">What is wrong, naming the field.</param>
public sealed class RowFaultException(string code, string reason) : FormatException(reason)
{
    /// <summary>Stable code such as <c>E-SCHEMA-ROLE</c>.</summary>
    public string Code { get; } = code;
}
