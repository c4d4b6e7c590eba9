using System.Text.Json;
using System.Text.Json.Nodes;
using Pipeline.Gateway.Access;
using Pipeline.Gateway.Api;
using Pipeline.Gateway.Routing;
using Pipeline.Gateway.Scheduling;
using Pipeline.Gateway.Serving;

namespace Pipeline.Gateway.Endpoints;

/// <summary><c>/v1/chat/completions</c> and <c>/v1/completions</c>.</summary>
/// <param name="flows">Finds what answers.</param>
/// <param name="planner">Makes plans.</param>
/// <param name="service">Runs them.</param>
/// <param name="queue">Admits requests.</param>
/// <param name="drain">Refuses requests during a stop.</param>
/// <param name="repeats">Answers of repeated requests.</param>
/// <param name="lifetime">Ends shadow runs with the process.</param>
/// <param name="time">Clock.</param>
public sealed class CompletionEndpoints(
    FlowSelection flows, PlanMaker planner, CompletionService service, FairQueue queue, Drain drain,
    IdempotencyCache repeats, IHostApplicationLifetime lifetime, TimeProvider time)
{
    /// <summary>Adds the endpoints.</summary>
    /// <param name="app">The application.</param>
    public void Map(IEndpointRouteBuilder app)
    {
        app.MapPost("/v1/chat/completions", context => HandleAsync(context, RequestReader.ReadChat))
            .WithMetadata(new AccessRule(AccessLevel.Client));
        app.MapPost("/v1/completions", context => HandleAsync(context, RequestReader.ReadCompletion))
            .WithMetadata(new AccessRule(AccessLevel.Client));
    }

    private async Task HandleAsync(HttpContext context, Func<JsonElement, CompletionCall> read)
    {
        var arrived = time.GetTimestamp();
        using var running = drain.Enter();
        var body = await RequestReader.ReadBodyAsync(context);
        var call = RequestReader.Read(body, read);
        var caller = AccessMiddleware.CallerOf(context);
        var key = context.Request.Headers["Idempotency-Key"].ToString();
        if (call.Stream || key.Length == 0)
        {
            await RunAsync(context, caller, call, arrived);
            return;
        }

        var (answer, replayed) = await repeats.RunAsync(
            caller.Client.Id, key, body.GetRawText(), () => RunWholeAsync(context, caller, call, arrived));
        context.Response.Headers["Idempotent-Replayed"] = replayed ? "true" : "false";
        await WriteAsync(context, answer.Flow, answer.Body);
    }

    private async Task RunAsync(HttpContext context, Caller caller, CompletionCall call, long arrived)
    {
        if (!call.Stream)
        {
            var (flow, body) = await RunWholeAsync(context, caller, call, arrived);
            await WriteAsync(context, flow, body);
            return;
        }

        using var admitted = queue.Admit(caller.Client.Id);
        var request = Prepare(context, caller, call, arrived);
        FlowSelection.Announce(context.Response, request.Flow);
        await service.RunStreamAsync(request, context.Response, context.RequestAborted);
        Shadow(request);
    }

    private async Task<Answer> RunWholeAsync(HttpContext context, Caller caller, CompletionCall call, long arrived)
    {
        using var admitted = queue.Admit(caller.Client.Id);
        var request = Prepare(context, caller, call, arrived);
        var body = await service.RunWholeAsync(request, context.RequestAborted);
        Shadow(request);
        return new Answer(request.Flow, body);
    }

    private RequestContext Prepare(HttpContext context, Caller caller, CompletionCall call, long arrived)
    {
        var flow = flows.Select(context, caller, call.Model, call.RoutingText, call.User);
        var plans = planner.Make(call, flow, caller.Client.Id, arrived);
        var id = (call.IsChat ? "chatcmpl-" : "cmpl-") + Guid.NewGuid().ToString("N");
        var head = new ResponseHead(id, call.IsChat, time.GetUtcNow().ToUnixTimeSeconds(), flow.Model,
            $"{flow.AdapterId}:{flow.Adapter?.Digest[..12] ?? "base"}");
        return new RequestContext(head, caller, call, flow, plans);
    }

    private void Shadow(RequestContext request)
    {
        if (request.Flow.Shadow is not { } shadow)
        {
            return;
        }

        try
        {
            // Copies have a queue of their own: they never push a client's request out.
            var admitted = queue.Admit("shadow");
            var plans = planner.Make(request.Call, shadow, "shadow", time.GetTimestamp());
            _ = service.RunShadowAsync(plans, lifetime.ApplicationStopping)
                .ContinueWith(_ => admitted.Dispose(), TaskScheduler.Default);
        }
        catch (ApiException)
        {
            // Too busy for copies, or the arm's prompt does not fit.
        }
    }

    private static async Task WriteAsync(HttpContext context, ResolvedFlow flow, JsonObject body)
    {
        FlowSelection.Announce(context.Response, flow);
        context.Response.ContentType = "application/json";
        var bytes = JsonSerializer.SerializeToUtf8Bytes(body, ApiJson.Options);
        // With a stated length head, body and end leave in one packet.
        context.Response.ContentLength = bytes.Length;
        await context.Response.Body.WriteAsync(bytes, context.RequestAborted);
    }

    private sealed record Answer(ResolvedFlow Flow, JsonObject Body);
}
