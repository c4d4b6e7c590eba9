using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pipeline.Gateway.Access;
using Pipeline.Gateway.Api;
using Pipeline.Gateway.Monitoring;
using Pipeline.Gateway.Scheduling;
using Pipeline.Gateway.Serving;

namespace Pipeline.Gateway.Endpoints;

/// <summary>
/// <c>/v1/embeddings</c>: mean of a text's last hidden states, scaled to length 1, of the base or of an adapter.
/// </summary>
/// <param name="flows">Finds what answers.</param>
/// <param name="service">Computes vectors.</param>
/// <param name="queue">Admits requests.</param>
/// <param name="drain">Refuses requests during a stop.</param>
/// <param name="ledger">Book of requests.</param>
public sealed class EmbeddingEndpoints(
    FlowSelection flows, EmbeddingService service, FairQueue queue, Drain drain, UsageLedger ledger)
{
    /// <summary>Adds the endpoint.</summary>
    /// <param name="app">The application.</param>
    public void Map(IEndpointRouteBuilder app) =>
        app.MapPost("/v1/embeddings", HandleAsync).WithMetadata(new AccessRule(AccessLevel.Client));

    private async Task HandleAsync(HttpContext context)
    {
        using var running = drain.Enter();
        var call = RequestReader.Read(await RequestReader.ReadBodyAsync(context), EmbeddingCall.Read);
        var caller = AccessMiddleware.CallerOf(context);
        using var admitted = queue.Admit(caller.Client.Id);
        var flow = flows.Select(context, caller, call.Model, call.Inputs[0].Text ?? "", call.User);
        var texts = service.Encode(call);
        var (id, tokens, state) = ($"embd-{Guid.NewGuid():N}", texts.Sum(ids => ids.Length), "cancelled");
        ledger.Begin(id, caller.Client.Id, flow.AdapterId, flow.Adapter?.Digest ?? "");
        try
        {
            var vectors = await service.RunAsync(flow, caller.Client.Id, texts, context.RequestAborted);
            state = "complete";
            FlowSelection.Announce(context.Response, flow);
            await context.Response.WriteAsJsonAsync(
                Body(call, flow.Model, vectors, tokens), ApiJson.Options, context.RequestAborted);
        }
        catch (ApiException)
        {
            state = "error";
            throw;
        }
        finally
        {
            ledger.End(id, state, tokens, 0);
        }
    }

    private static JsonObject Body(
        EmbeddingCall call, string model, IReadOnlyList<float[]> vectors, int tokens) => new()
        {
            ["object"] = "list",
            ["data"] = new JsonArray([.. vectors.Select((vector, index) => (JsonNode)new JsonObject
        {
            ["object"] = "embedding",
            ["index"] = index,
            ["embedding"] = call.AsBase64
                ? Convert.ToBase64String(MemoryMarshal.AsBytes(vector.AsSpan()))
                : JsonSerializer.SerializeToNode(vector),
        })]),
            ["model"] = model,
            ["usage"] = new JsonObject { ["prompt_tokens"] = tokens, ["total_tokens"] = tokens },
        };
}
