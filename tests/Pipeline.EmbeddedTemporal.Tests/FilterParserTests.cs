using Pipeline.EmbeddedTemporal.Core;
using Pipeline.EmbeddedTemporal.Grpc;
using Pipeline.EmbeddedTemporal.Visibility;
using Temporalio.Api.Enums.V1;

namespace Pipeline.EmbeddedTemporal.Tests;

public sealed class FilterParserTests
{
    private static readonly NamespaceEntry Default = new()
    {
        Name = "default",
        Id = "1",
        SearchAttributes = new(StringComparer.Ordinal)
        {
            ["N"] = IndexedValueType.Int,
            ["Tags"] = IndexedValueType.KeywordList,
        },
    };

    [Theory]
    [InlineData("")]
    [InlineData("WorkflowId = 'a' AND (RunId != \"b\" OR NOT N > 3)")]
    [InlineData("ExecutionStatus IN ('Running', \"Completed\")")]
    [InlineData("N BETWEEN 1 AND 5")]
    [InlineData("`WorkflowType` STARTS_WITH 'fine'")]
    [InlineData("Tags = 'x' AND CloseTime IS NULL")]
    [InlineData("ExecutionDuration > '1h30m'")]
    [InlineData("StartTime > '2024-01-02T03:04:05Z'")]
    public void Parse_ValidFilter_Succeeds(string query) => Filter.Parse(Default, query).Sql.ShouldNotBeEmpty();

    [Theory]
    [InlineData("this is not a query", "invalid query: malformed SQL query: syntax error at position 41 near 'a'")]
    [InlineData("Nowhere=\"x\"",
        "invalid query: invalid expression: column name 'Nowhere' is not a valid search attribute")]
    [InlineData("WorkflowType=\"x\" ORDER BY StartTime",
        "invalid query: operation is not supported: 'order by' clause")]
    [InlineData("WorkflowType=\"x\" LIMIT 3", "invalid query: operation is not supported: 'limit' clause")]
    [InlineData("ExecutionStatus=\"Nope\"", "invalid query: invalid expression: invalid ExecutionStatus value 'Nope'")]
    [InlineData("StartTime > \"yesterday\"", "invalid query: invalid expression: unable to parse datetime 'yesterday'")]
    [InlineData("GROUP BY WorkflowType",
        "invalid query: operation is not supported: 'group by' clause is only supported for ExecutionStatus search "
            + "attribute")]
    [InlineData("WorkflowId = 'open", "invalid query: malformed SQL query")]
    public void Parse_InvalidFilter_IsRefusedWithTheReason(string query, string text)
    {
        var error = Should.Throw<RpcError>(() => Filter.Parse(Default, query));
        error.Code.ShouldBe(StatusCode.InvalidArgument);
        error.Message.ShouldStartWith(text);
    }

    [Fact]
    public void Parse_Values_TravelAsParameters() =>
        Filter.Parse(Default, "WorkflowId = 'x'' OR 1=1'").Parameters.ShouldBe(["x' OR 1=1"]);
}
