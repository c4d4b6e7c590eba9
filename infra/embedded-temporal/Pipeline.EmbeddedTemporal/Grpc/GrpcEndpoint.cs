using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;

namespace Pipeline.EmbeddedTemporal.Grpc;

// Serves unary gRPC calls over HTTP/2: framing, compression, deadlines and trailers.
internal sealed class GrpcEndpoint(MethodTable methods, ILogger<GrpcEndpoint> logger)
{
    public const string HealthPath = "/grpc.health.v1.Health/Check";
    private static readonly byte[] HealthServing = [0, 0, 0, 0, 2, 8, 1];

    public async Task HandleAsync(HttpContext http)
    {
        var path = http.Request.Path.Value ?? "";
        if (http.Request.ContentType?.StartsWith("application/grpc", StringComparison.Ordinal) != true)
        {
            http.Response.StatusCode = StatusCodes.Status415UnsupportedMediaType;
            return;
        }

        http.Response.ContentType = "application/grpc";
        try
        {
            if (path == HealthPath)
            {
                await http.Response.BodyWriter.WriteAsync(HealthServing);
                SetTrailers(http, StatusCode.Ok, "", null);
                return;
            }

            if (!methods.TryGet(path, out var parser, out var handler))
                throw new RpcError(StatusCode.Unimplemented, UnknownMethodText(path));
            var request = parser.ParseFrom((await GrpcFrames.ReadAsync(http.Request)).Span.ToArray());
            var context = new CallContext(DeadlineOf(http.Request.Headers["grpc-timeout"]),
                http.Request.Headers["client-name"], http.RequestAborted);
            var response = await handler(request, context);
            await GrpcFrames.WriteAsync(http.Response, response);
            SetTrailers(http, StatusCode.Ok, "", null);
        }
        catch (RpcError error)
        {
            SetTrailers(http, error.Code, error.Message, error.Details.Count > 0 ? error.ToStatusBytes() : null);
        }
        catch (InvalidProtocolBufferException error)
        {
            SetTrailers(http, StatusCode.Internal, "grpc: error unmarshalling request: " + error.Message, null);
        }
        catch (Exception error)
            when (error is ClientGoneException
                || (error is OperationCanceledException && http.RequestAborted.IsCancellationRequested))
        {
            // Nobody is left to answer.
        }
        catch (Exception error)
        {
            logger.LogError(error, "Call {Path} failed unexpectedly", path);
            SetTrailers(http, StatusCode.Internal, error.Message, null);
        }
    }

    // Units of the grpc-timeout header: hours, minutes, seconds, milli-, micro- and nanoseconds.
    internal static DateTime? DeadlineOf(StringValues header)
    {
        var text = header.ToString();
        if (text.Length < 2 || !long.TryParse(text.AsSpan(0, text.Length - 1), out var value) || value < 0) return null;
        var ticks = text[^1] switch
        {
            'H' => value * TimeSpan.TicksPerHour,
            'M' => value * TimeSpan.TicksPerMinute,
            'S' => value * TimeSpan.TicksPerSecond,
            'm' => value * TimeSpan.TicksPerMillisecond,
            'u' => value * TimeSpan.TicksPerMicrosecond,
            'n' => value / TimeSpan.NanosecondsPerTick,
            _ => -1L,
        };
        return ticks < 0 || ticks > TimeSpan.FromDays(3650).Ticks ? null : DateTime.UtcNow.AddTicks(ticks);
    }

    private string UnknownMethodText(string path)
    {
        var parts = path.Split('/');
        if (parts.Length != 3) return "malformed method name: \"" + path + "\"";
        return methods.IsKnown(path)
            ? $"{parts[2]} is not implemented by the embedded server"
            : $"unknown method {parts[2]} for service {parts[1]}";
    }

    private static void SetTrailers(HttpContext http, StatusCode code, string message, byte[]? details)
    {
        // Before the first body byte the status travels in the headers ("trailers-only"), afterwards in real trailers.
        var started = http.Response.HasStarted;
        var trailers = http.Features.Get<IHttpResponseTrailersFeature>()?.Trailers;
        var target = !started || trailers is null ? http.Response.Headers : trailers;
        if (code == StatusCode.Ok && trailers is not null) target = trailers;
        target["grpc-status"] = ((int)code).ToString(System.Globalization.CultureInfo.InvariantCulture);
        if (message.Length > 0) target["grpc-message"] = PercentEncode(message);
        if (details is not null) target["grpc-status-details-bin"] = Convert.ToBase64String(details).TrimEnd('=');
    }

    internal static string PercentEncode(string message)
    {
        var builder = new System.Text.StringBuilder(message.Length);
        foreach (var b in System.Text.Encoding.UTF8.GetBytes(message))
        {
            if (b is >= 0x20 and <= 0x7E and not (byte)'%') builder.Append((char)b);
            else builder.Append('%').Append(b.ToString("X2", System.Globalization.CultureInfo.InvariantCulture));
        }

        return builder.ToString();
    }
}
