using Temporalio.Api.ErrorDetails.V1;

namespace Pipeline.EmbeddedTemporal.Grpc;

// An error with a status code and typed details, as every interface of the server reports it.
internal sealed class RpcError(StatusCode code, string message, params IMessage[] details) : Exception(message)
{
    public StatusCode Code { get; } = code;

    public IReadOnlyList<IMessage> Details { get; } = details;

    public static RpcError Invalid(string message) => new(StatusCode.InvalidArgument, message);

    public static RpcError NotFound(string message) => new(StatusCode.NotFound, message, new NotFoundFailure());

    public static RpcError Precondition(string message) => new(StatusCode.FailedPrecondition, message);

    public static RpcError Exhausted(string message) => new(StatusCode.ResourceExhausted, message);

    public static RpcError Unimplemented(string what) =>
        new(StatusCode.Unimplemented, $"{what} is not implemented by the embedded server");

    public Any[] PackedDetails() =>
        [.. Details.Select(
            d => new Any { TypeUrl = "type.googleapis.com/" + d.Descriptor.FullName, Value = d.ToByteString() })];

    // The wire form of google.rpc.Status: code = 1, message = 2, details = 3.
    public byte[] ToStatusBytes()
    {
        using var stream = new MemoryStream();
        using (var output = new CodedOutputStream(stream, leaveOpen: true))
        {
            output.WriteTag(1, WireFormat.WireType.Varint);
            output.WriteInt32((int)Code);
            output.WriteTag(2, WireFormat.WireType.LengthDelimited);
            output.WriteString(Message);
            foreach (var detail in PackedDetails())
            {
                output.WriteTag(3, WireFormat.WireType.LengthDelimited);
                output.WriteMessage(detail);
            }
        }

        return stream.ToArray();
    }
}
