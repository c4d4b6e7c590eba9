using System.Globalization;

namespace Pipeline.EmbeddedTemporal.Visibility;

// The errors of list filters, with the texts of the real server.
internal static class VisibilityErrors
{
    // The real server reports positions inside the statement it builds around the filter.
    private const int StatementPrefix = 28;

    public static RpcError Malformed(int position, string near) =>
        RpcError.Invalid(string.Create(CultureInfo.InvariantCulture,
        $"invalid query: malformed SQL query: syntax error at position {position + StatementPrefix + near.Length} "
            + $"near '{near}'"));

    public static RpcError Unsupported(string what) =>
        RpcError.Invalid($"invalid query: operation is not supported: {what}");

    public static RpcError Expression(string what) => RpcError.Invalid($"invalid query: invalid expression: {what}");
}
