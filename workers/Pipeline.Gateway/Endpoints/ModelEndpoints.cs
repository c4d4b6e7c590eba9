using Pipeline.Gateway.Access;
using Pipeline.Gateway.Adapters;
using Pipeline.Gateway.Api;
using Pipeline.Gateway.Configuration;
using Pipeline.Gateway.Routing;
using Pipeline.Llm.Generation;

namespace Pipeline.Gateway.Endpoints;

/// <summary>
/// <c>/v1/models</c>: the base model, and the adapters and aliases that the caller may use, each with its
/// <c>parent</c>.
/// </summary>
/// <param name="options">Name of the base.</param>
/// <param name="catalog">Adapters.</param>
/// <param name="traffic">Traffic states.</param>
/// <param name="engine">Length of the context.</param>
/// <param name="time">Clock.</param>
public sealed class ModelEndpoints(
    GatewayOptions options, AdapterCatalog catalog, TrafficWatcher traffic, IGenerationEngine engine, TimeProvider time)
{
    private readonly long _started = time.GetUtcNow().ToUnixTimeSeconds();

    /// <summary>Adds the endpoints.</summary>
    /// <param name="app">The application.</param>
    public void Map(IEndpointRouteBuilder app)
    {
        app.MapGet(
            "/v1/models", (HttpContext context) =>
                Results.Json(new { @object = "list", data = List(AccessMiddleware.CallerOf(context).Client) }))
            .WithMetadata(new AccessRule(AccessLevel.Client));
        app.MapGet("/v1/models/{id}", (HttpContext context, string id) =>
        {
            var found = List(AccessMiddleware.CallerOf(context).Client).Find(model => model.Id == id);
            return Results.Json(found ?? throw ApiException.ModelNotFound(id));
        }).WithMetadata(new AccessRule(AccessLevel.Client));
    }

    private List<ModelCard> List(Client client)
    {
        var models =
            new List<ModelCard> { new(
                options.BaseName, _started, Parent: null, Root: options.BaseName, Digest: null, engine.ContextLength) };
        foreach (var group in catalog.All().Where(adapter => client.MayUse(adapter.Name))
            .GroupBy(adapter => adapter.Name, StringComparer.Ordinal))
        {
            if (catalog.Find(group.Key) is { } named)
            {
                models.Add(Card(group.Key, named));
            }

            models.AddRange(group.Select(adapter => Card(adapter.Id, adapter)));
        }

        foreach (var alias in catalog.Aliases().Keys.Concat(traffic.States.Select(state => state.Alias))
            .Distinct(StringComparer.Ordinal))
        {
            if (client.MayUse(alias.Split('@')[0]) && models.TrueForAll(model => model.Id != alias)
                && catalog.Find(traffic.Find(alias)?.Stable.Adapter ?? alias) is { } adapter)
            {
                models.Add(Card(alias, adapter));
            }
        }

        return models;
    }

    // The root names a version, never the folder that it lies in.
    private ModelCard Card(string id, ServedAdapter adapter) =>
        new(id, _started, options.BaseName, adapter.Id, adapter.Digest, engine.ContextLength);

    private sealed record ModelCard(
        string Id, long Created, string? Parent, string Root, string? Digest,
        [property: System.Text.Json.Serialization.JsonPropertyName("max_model_len")] int MaxModelLen)
    {
        public string Object { get; } = "model";

        [System.Text.Json.Serialization.JsonPropertyName("owned_by")]
        public string OwnedBy { get; } = "pipeline";
    }
}
