using Pipeline.Gateway.Api;

namespace Pipeline.Gateway.Access;

/// <summary>
/// Lets a request through only to an endpoint that says who may call it, and only when the sender may.
/// </summary>
/// <param name="next">The rest of the pipeline.</param>
/// <param name="clients">Known clients.</param>
public sealed class AccessMiddleware(RequestDelegate next, ClientDirectory clients)
{
    /// <summary>Checks a request.</summary>
    /// <param name="context">The request.</param>
    /// <returns>A task that ends with the response.</returns>
    public async Task InvokeAsync(HttpContext context)
    {
        var level = context.GetEndpoint()?.Metadata.GetMetadata<AccessRule>()?.Level;
        if (level == AccessLevel.Anonymous)
        {
            await next(context);
            return;
        }

        if (context.Request.QueryString.HasValue
            && context.Request.Query.Keys.Any(name => name.Contains("key", StringComparison.OrdinalIgnoreCase)
                || name.Contains("token", StringComparison.OrdinalIgnoreCase)))
        {
            throw new ApiException(
                400, "key_in_url", "keys belong into the Authorization header: addresses are logged everywhere");
        }

        var caller = clients.Identify(Key(context.Request), ClientId(context.Request));
        if (caller is null || (level == AccessLevel.Admin && !caller.Client.Admin))
        {
            throw ApiException.Unauthorized();
        }

        if (level is null)
        {
            throw new ApiException(404, "not_found", "there is no such endpoint");
        }

        context.Items[typeof(Caller)] = caller;
        await next(context);
    }

    /// <summary>The caller of a request that went through the check.</summary>
    /// <param name="context">The request.</param>
    /// <returns>The caller.</returns>
    public static Caller CallerOf(HttpContext context) =>
        context.Items[typeof(Caller)] as Caller
            ?? throw new InvalidOperationException("the endpoint was reached without a check");

    private static string? ClientId(HttpRequest request) =>
        request.Headers.TryGetValue("X-Client-Id", out var values) ? values.ToString() : null;

    private static string? Key(HttpRequest request)
    {
        var header = request.Headers.Authorization.ToString();
        return header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) && header.Length > 7
            ? header[7..].Trim()
            : request.Headers.TryGetValue("X-Api-Key", out var values) && values.ToString() is { Length: > 0 } key
            ? key : null;
    }
}
