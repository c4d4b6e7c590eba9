using Google.Protobuf;
using Pipeline.Workflows.Json;
using Temporalio.Api.Common.V1;
using Temporalio.Converters;
using Temporalio.Exceptions;

namespace Pipeline.Workflows.Tests;

/// <summary>With a codec, what failed is as unreadable in the history as what was sent.</summary>
public sealed class EncodedFailureTests
{
    [Fact]
    public async Task ToFailure_WithACodec_ShowsNoMessageAndComesBackWhole()
    {
        var converter = PipelineJson.Converter(new Flip());
        var failure =
            await converter.ToFailureAsync(new ApplicationFailureException("row of ada@example.org", "BadData"));
        failure.ToString().ShouldNotContain("ada@example.org");
        (await converter.ToExceptionAsync(failure)).Message.ShouldContain("ada@example.org");
    }

    private sealed class Flip : IPayloadCodec
    {
        public Task<IReadOnlyCollection<Payload>> EncodeAsync(IReadOnlyCollection<Payload> payloads) =>
            Turned(payloads);

        public Task<IReadOnlyCollection<Payload>> DecodeAsync(IReadOnlyCollection<Payload> payloads) =>
            Turned(payloads);

        private static Task<IReadOnlyCollection<Payload>> Turned(
            IReadOnlyCollection<Payload> payloads) => Task.FromResult<IReadOnlyCollection<Payload>>(
            [.. payloads.Select(
                payload =>
                    new Payload(
                        payload) { Data =
                            ByteString.CopyFrom([.. payload.Data.Select(value => (byte)(value ^ 0x5A))]) })]);
    }
}
