using System.Security.Cryptography;
using System.Text.Json;
using Pipeline.Hosting.Configuration;
using Pipeline.Registry.Storage;
using Pipeline.Workflows;
using Temporalio.Exceptions;

namespace Pipeline.Cli;

/// <summary>What a failure means for people and for scripts.</summary>
internal static class FailureCode
{
    private const string Sealed = "payloads of this engine are encrypted, and PIPELINE_PAYLOAD_KEY is not their key";

    public static (string Message, int Code) Of(Exception exception) => exception switch
    {
        WorkflowFailedException { InnerException: ApplicationFailureException failure } =>
            ($"the run failed: {failure.ErrorType}: {failure.Message}", ErrorTypes.ExitCodeOf(failure.ErrorType)),
        WorkflowFailedException { InnerException: { } inner } => ($"the run ended early: {inner.Message}", 1),
        RpcException rpc => (MessageOf(rpc), CodeOf(rpc)),
        WorkflowQueryFailedException =>
            ($"no worker answers for the run: {exception.Message}; ./pipeline logs shows why", ExitCodes.Unavailable),
        CryptographicException => (Sealed, ExitCodes.NotAllowed),
        _ when exception.Message.Contains("binary/encrypted", StringComparison.Ordinal) =>
            (Sealed, ExitCodes.NotAllowed),
        JsonException => ($"not JSON: {exception.Message}", ExitCodes.Usage),
        ArgumentException { ParamName: { } name } =>
            (exception.Message.Replace($" (Parameter '{name}')", "", StringComparison.Ordinal), ExitCodes.Usage),
        _ => (exception.Message, CodeOf(exception)),
    };

    private static string MessageOf(RpcException rpc) => rpc.Code switch
    {
        RpcException.StatusCode.NotFound => $"not found: {rpc.Message}; ./pipeline status lists the runs",
        RpcException.StatusCode.Unavailable or RpcException.StatusCode.DeadlineExceeded =>
            $"the engine does not answer: {rpc.Message}; ./pipeline up starts it, ./pipeline logs engine shows why it "
                + "ended",
        RpcException.StatusCode.PermissionDenied or RpcException.StatusCode.Unauthenticated =>
            $"the engine refuses these credentials: {rpc.Message}; see TEMPORAL_API_KEY and TEMPORAL_TLS_*",
        _ => rpc.Message,
    };

    private static int CodeOf(RpcException rpc) => rpc.Code switch
    {
        RpcException.StatusCode.NotFound or RpcException.StatusCode.AlreadyExists => ExitCodes.BadInput,
        RpcException.StatusCode.InvalidArgument => ExitCodes.Usage,
        RpcException.StatusCode.PermissionDenied or RpcException.StatusCode.Unauthenticated => ExitCodes.NotAllowed,
        RpcException.StatusCode.ResourceExhausted => ExitCodes.Resources,
        _ => ExitCodes.Unavailable,
    };

    private static int CodeOf(Exception exception) => exception switch
    {
        ConfigurationException or ArgumentException => ExitCodes.Usage,
        ObjectStoreException store => store.Error switch
        {
            ObjectStoreError.Unavailable => ExitCodes.Unavailable,
            ObjectStoreError.Integrity or ObjectStoreError.PreconditionFailed => ExitCodes.Integrity,
            ObjectStoreError.AccessDenied or ObjectStoreError.ReadOnly => ExitCodes.NotAllowed,
            ObjectStoreError.NoSpace or ObjectStoreError.Disk => ExitCodes.Resources,
            ObjectStoreError.Unsupported => ExitCodes.Usage,
            _ => ExitCodes.BadInput,
        },
        InvalidDataException or FileNotFoundException or DirectoryNotFoundException => ExitCodes.BadInput,
        HttpRequestException or TimeoutException => ExitCodes.Unavailable,
        UnauthorizedAccessException => ExitCodes.NotAllowed,
        OutOfMemoryException => ExitCodes.Resources,
        _ => 1,
    };
}
