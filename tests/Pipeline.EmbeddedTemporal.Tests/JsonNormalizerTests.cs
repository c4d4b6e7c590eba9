using System.Text;
using Google.Protobuf;
using Pipeline.EmbeddedTemporal.Grpc;
using Pipeline.EmbeddedTemporal.HttpApi;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Pipeline.EmbeddedTemporal.Tests;

public sealed class JsonNormalizerTests
{
    [Fact]
    public void Normalize_PlainValues_BecomePayloads()
    {
        var input = Start("""{"input":[{"a":[1,2]},"x",null]}""").Input.Payloads_;
        input.Select(p => p.Data.ToStringUtf8()).ShouldBe(["""{"a":[1,2]}""", "\"x\"", "null"]);
        input[0].Metadata["encoding"].ToStringUtf8().ShouldBe("json/plain");
    }

    [Fact]
    public void Normalize_WrittenOutPayloads_Stay()
    {
        var input =
            Start("""{"input":{"payloads":[{"metadata":{"encoding":"anNvbi9wbGFpbg=="},"data":"MQ=="}]}}""").Input;
        input.Payloads_.Single().Data.ToStringUtf8().ShouldBe("1");
    }

    [Fact]
    public void Normalize_Nulls_AreAbsent() =>
        Start("""{"workflow_id":"w","searchAttributes":null,"memo":{"fields":{"a":null}},"requestId":"r"}""").Memo.Fields.ShouldBeEmpty();

    [Fact]
    public void Normalize_ShortEnumName_IsCompleted() =>
        Start("""{"workflowIdReusePolicy":"RejectDuplicate"}""").WorkflowIdReusePolicy.ShouldBe(
            WorkflowIdReusePolicy.RejectDuplicate);

    [Fact]
    public void Normalize_Durations_Stay() =>
        Start("""{"workflowRunTimeout":"90s"}""").WorkflowRunTimeout.Seconds.ShouldBe(90);

    [Theory]
    [InlineData("{\"noSuchField\":1}", "temporalproto: (line 1:2): unknown field \"noSuchField\"")]
    [InlineData("{\n \"workflowType\":{\"x\":1}}", "temporalproto: (line 2:18): unknown field \"x\"")]
    [InlineData("{\"workflowType\":3}", "temporalproto: (line 1:17): field workflowType cannot be a Number")]
    [InlineData("[1]", "the request body is not a JSON object")]
    [InlineData("{not json", "malformed JSON at line 1, position 2")]
    [InlineData("{} trailing", "malformed JSON at line 1")]
    public void Normalize_BadInput_NamesThePlace(string json, string text)
    {
        var error = Should.Throw<RpcError>(() => Start(json));
        error.Code.ShouldBe(StatusCode.InvalidArgument);
        error.Message.ShouldStartWith(text);
    }

    [Fact]
    public void Set_QueryNames_ReachNestedFields()
    {
        var request = new GetWorkflowExecutionHistoryRequest();
        FieldPaths.Set(request, "execution.runId", "r").ShouldBeTrue();
        FieldPaths.Set(request, "next_page_token", "Z2E=").ShouldBeTrue();
        FieldPaths.Set(request, "waitNewEvent", "true").ShouldBeTrue();
        FieldPaths.Set(request, "parentId", "x").ShouldBeFalse();
        (request.Execution.RunId, request.NextPageToken.ToStringUtf8(), request.WaitNewEvent)
            .ShouldBe(("r", "ga", true));
    }

    [Fact]
    public void Set_WrongType_IsNamed() => Should.Throw<RpcError>(() =>
        FieldPaths.Set(new GetWorkflowExecutionHistoryRequest(), "maximumPageSize", "many")).Message.ShouldStartWith(
            "type mismatch, parameter: maximumPageSize");

    private static StartWorkflowExecutionRequest Start(
        string json) => JsonParser.Default.Parse<StartWorkflowExecutionRequest>(
        JsonNormalizer.Normalize(Encoding.UTF8.GetBytes(json), StartWorkflowExecutionRequest.Descriptor));
}
