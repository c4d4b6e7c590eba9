using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Google.Protobuf.Reflection;

namespace Pipeline.EmbeddedTemporal.HttpApi;

// Messages and errors as the JSON bodies of the HTTP interface.
internal static class HttpReplies
{
    private static readonly TypeRegistry Types = TypeRegistry.FromFiles(
        Temporalio.Api.WorkflowService.V1.ServiceReflection.Descriptor,
        Temporalio.Api.OperatorService.V1.ServiceReflection.Descriptor,
        Temporalio.Api.ErrorDetails.V1.MessageReflection.Descriptor,
        Temporalio.Api.Update.V1.MessageReflection.Descriptor);

    private static readonly JsonSerializerOptions Relaxed = new()
    {
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private static readonly JsonFormatter Formatter =
        new(new JsonFormatter.Settings(formatDefaultValues: false, Types));

    public static string Format(IMessage message) => Formatter.Format(message);

    public static Task SendAsync(HttpContext http, IMessage message) =>
        SendAsync(http, StatusCodes.Status200OK, Format(message));

    public static Task SendAsync(HttpContext http, RpcError error)
    {
        var body = new JsonObject { ["code"] = (int)error.Code, ["message"] = error.Message };
        if (error.Details.Count > 0)
            body["details"] = new JsonArray([.. error.PackedDetails().Select(d => JsonNode.Parse(Format(d)))]);
        return SendAsync(http, StatusOf(error.Code), body.ToJsonString(Relaxed));
    }

    public static async Task SendAsync(HttpContext http, int status, string json)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = "application/json";
        http.Response.Headers.CacheControl = "no-store";
        await http.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(json), http.RequestAborted);
    }

    private static int StatusOf(StatusCode code) => code switch
    {
        StatusCode.Ok => 200,
        StatusCode.Cancelled => 499,
        StatusCode.InvalidArgument or StatusCode.FailedPrecondition or StatusCode.OutOfRange => 400,
        StatusCode.DeadlineExceeded => 504,
        StatusCode.NotFound => 404,
        StatusCode.AlreadyExists or StatusCode.Aborted => 409,
        StatusCode.PermissionDenied => 403,
        StatusCode.ResourceExhausted => 429,
        StatusCode.Unimplemented => 501,
        StatusCode.Unavailable => 503,
        StatusCode.Unauthenticated => 401,
        _ => 500,
    };
}
