using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Pipeline.Gateway.Api;

/// <summary>Turns failures into error answers; what is not expected becomes a 500 without details.</summary>
/// <param name="next">The rest of the pipeline.</param>
/// <param name="log">Receives unexpected failures.</param>
public sealed class ErrorMiddleware(RequestDelegate next, ILogger<ErrorMiddleware> log)
{
    /// <summary>Handles a request.</summary>
    /// <param name="context">The request.</param>
    /// <returns>A task that ends with the response.</returns>
    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await next(context);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client left; nobody reads an answer.
        }
        catch (Exception exception) when (!context.Response.HasStarted)
        {
            await WriteAsync(context, Translate(exception));
        }
    }

    /// <summary>The error answer of a failure.</summary>
    /// <param name="exception">Any failure.</param>
    /// <returns>What the client is told.</returns>
    public ApiException Translate(Exception exception)
    {
        switch (exception)
        {
            case ApiException api:
                return api;
            case BadHttpRequestException bad:
                return new ApiException(
                    bad.StatusCode, bad.StatusCode == 413 ? "body_too_large" : "bad_request", bad.Message);
            default:
                log.LogError(exception, "request failed");
                return new ApiException(
                    500, "internal_error", "the request failed inside the gateway; the log has the cause");
        }
    }

    /// <summary>The JSON form of an error.</summary>
    /// <param name="error">The error.</param>
    /// <returns>UTF-8 JSON.</returns>
    public static byte[] Body(ApiException error) => JsonSerializer.SerializeToUtf8Bytes(new
    {
        error = new { message = error.Message, type = error.Type, param = error.Parameter, code = error.Code },
    });

    private static async Task WriteAsync(HttpContext context, ApiException error)
    {
        context.Response.Clear();
        context.Response.StatusCode = error.Status;
        context.Response.ContentType = "application/json";
        context.Response.Headers["X-Request-Id"] = context.TraceIdentifier;
        if (error.RetryAfter is { } seconds)
        {
            context.Response.Headers.RetryAfter = seconds.ToString();
        }

        await context.Response.Body.WriteAsync(Body(error), context.RequestAborted);
    }
}
