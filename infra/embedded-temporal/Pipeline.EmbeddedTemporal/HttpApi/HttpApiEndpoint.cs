using Microsoft.AspNetCore.Http.Features;

namespace Pipeline.EmbeddedTemporal.HttpApi;

// Serves the RPCs as JSON under /api/v1/, with the bindings of their descriptors.
internal sealed class HttpApiEndpoint(MethodTable methods, EngineOptions options, ILogger<HttpApiEndpoint> logger)
{
    public const string Prefix = "/api/v1/";
    private static readonly RpcError UnknownRoute = new(StatusCode.NotFound, "Not Found");
    private readonly Lazy<HttpRoutes> _routes = new(() => new HttpRoutes(methods.Known));
    private readonly HistoryDownload _download = new(methods);

    public async Task HandleAsync(HttpContext http)
    {
        try
        {
            RequestGuard.Check(http, options);
            var path = PathOf(http);
            if (path is ["api", "v1", "settings"] && HttpMethods.IsGet(http.Request.Method))
                await HttpReplies.SendAsync(http, 200, UiSettings.Json(options));
            else if (path is ["api", "v1", "namespaces", var ns, "workflows", var id, "run", var run, "history.json"])
                await _download.SendAsync(http, ns, id, run);
            else await CallAsync(http, path);
        }
        catch (RpcError error)
        {
            await HttpReplies.SendAsync(http, error);
        }
        catch (InvalidProtocolBufferException error)
        {
            await HttpReplies.SendAsync(http, RpcError.Invalid(error.Message));
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // Nobody is left to answer.
        }
        catch (Exception error) when (!http.Response.HasStarted)
        {
            logger.LogError(error, "Request {Path} failed unexpectedly", http.Request.Path.Value);
            await HttpReplies.SendAsync(http, new RpcError(StatusCode.Internal, error.Message));
        }
    }

    private async Task CallAsync(HttpContext http, string[] path)
    {
        if (_routes.Value.Find(http.Request.Method, path) is not var (route, values)) throw UnknownRoute;
        var request = await RequestAsync(http, route);
        foreach (var (field, value) in values) FieldPaths.Set(request, field, value);
        if (!methods.TryGet(MethodTable.PathOf(route.Method), out _, out var handler))
            throw RpcError.Unimplemented(route.Method.Name);
        await HttpReplies.SendAsync(
            http, await handler(request, new CallContext(null, "temporal-http", http.RequestAborted)));
    }

    private static async Task<IMessage> RequestAsync(HttpContext http, HttpRoute route)
    {
        var request = route.Method.InputType.Parser.ParseFrom(ByteString.Empty);
        if (route.BodyField == "*")
        {
            var json = await BodyAsync(http);
            return json.Length == 0
                ? request : JsonParser.Default.Parse(
                    JsonNormalizer.Normalize(json, route.Method.InputType), route.Method.InputType);
        }

        // Names that the request does not know are ignored: the web interface adds some of its own.
        foreach (var (name, texts) in http.Request.Query)
        {
            foreach (var text in texts) FieldPaths.Set(request, name, text ?? "");
        }

        return request;
    }

    private static async Task<byte[]> BodyAsync(HttpContext http)
    {
        using var buffer = new MemoryStream();
        await http.Request.Body.CopyToAsync(buffer, http.RequestAborted);
        if (buffer.Length > GrpcFrames.MaxMessageBytes * 2) throw RpcError.Exhausted("the request body is too large");
        return buffer.ToArray();
    }

    // Segments are decoded one by one, so that a workflow id may contain an encoded slash.
    private static string[] PathOf(HttpContext http)
    {
        var target = http.Features.Get<IHttpRequestFeature>()?.RawTarget ?? http.Request.Path.Value ?? "";
        return [.. target.Split('?')[0].Trim('/').Split('/').Select(Uri.UnescapeDataString)];
    }
}
