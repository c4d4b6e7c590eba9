using System.Text.Json;
using Pipeline.Gateway.Access;
using Pipeline.Gateway.Adapters;
using Pipeline.Gateway.Api;
using Pipeline.Gateway.Configuration;
using Pipeline.Gateway.Routing;
using Pipeline.Registry.Traffic;

namespace Pipeline.Gateway.Endpoints;

/// <summary>
/// <c>/v1/load_lora_adapter</c> and <c>/v1/unload_lora_adapter</c>, as vLLM has them, for admins only.
/// </summary>
/// <param name="options">Limits and the adapter root.</param>
/// <param name="catalog">Adapters.</param>
/// <param name="cache">Loaded adapters.</param>
/// <param name="traffic">Adapters in use by a rollout.</param>
public sealed class AdapterEndpoints(
    GatewayOptions options, AdapterCatalog catalog, AdapterCache cache, TrafficWatcher traffic)
{
    /// <summary>Adds the endpoints.</summary>
    /// <param name="app">The application.</param>
    public void Map(IEndpointRouteBuilder app)
    {
        app.MapPost("/v1/load_lora_adapter", (Delegate)LoadAsync).WithMetadata(new AccessRule(AccessLevel.Admin));
        app.MapPost("/v1/unload_lora_adapter", (Delegate)UnloadAsync).WithMetadata(new AccessRule(AccessLevel.Admin));
    }

    private async Task<IResult> LoadAsync(HttpContext context)
    {
        var (fields, name) = await ReadAsync(context);
        var path = fields.Text("lora_path", 1024) ?? throw ApiException.BadField("lora_path", "is missing");
        var replace = fields.Flag("load_inplace");
        fields.Ignore("base_model_name");
        fields.RefuseUnknown();
        var id = name.Contains('@', StringComparison.Ordinal) ? name : name + "@1";
        if (catalog.Find(id) is not null && !replace)
        {
            throw new ApiException(400, "adapter_exists",
                $"the adapter '{name}' is loaded already; unload it first or set load_inplace", "lora_name");
        }

        var directory = AdapterFolder.Resolve(options.AdapterRoot, path);
        try
        {
            var adapter = await Task.Run(
                () => AdapterFiles.Inspect(id.Split('@')[0], id.Split('@')[1], directory, options.MaxLoraRank),
                context.RequestAborted);
            // The proof that it can be served is that it loads.
            using (await cache.AcquireAsync(adapter, context.RequestAborted))
            {
                catalog.Add(adapter);
            }
        }
        catch (AdapterLoadException exception)
        {
            throw new ApiException(400, exception.Code, exception.Message, "lora_path");
        }

        return Results.Text($"Success: LoRA adapter '{name}' added successfully.");
    }

    private async Task<IResult> UnloadAsync(HttpContext context)
    {
        var (fields, name) = await ReadAsync(context);
        fields.Ignore("lora_int_id");
        fields.RefuseUnknown();
        var user = traffic.States.FirstOrDefault(state => Uses(state, name));
        if (user is not null)
        {
            throw new ApiException(409, "adapter_in_use",
                $"'{name}' serves the alias '{user.Alias}'; change its traffic first", "lora_name");
        }

        var removed = catalog.Remove(name);
        if (removed.Count == 0)
        {
            throw new ApiException(404, "adapter_not_found", $"the adapter '{name}' is not loaded", "lora_name");
        }

        // New requests find it no more; running ones finish first.
        await Task.WhenAll(removed.Select(adapter => cache.DrainAsync(adapter, context.RequestAborted)));
        return Results.Text($"Success: LoRA adapter '{name}' removed successfully.");
    }

    private static bool Uses(TrafficState state, string name) =>
        new[] { state.Stable.Adapter, state.Candidate?.Adapter }.Any(id => id == name || id?.Split('@')[0] == name);

    private static async Task<(RequestFields Fields, string Name)> ReadAsync(HttpContext context)
    {
        var fields = new RequestFields(await RequestReader.ReadBodyAsync(context));
        var name = fields.Text("lora_name", ApiLimits.ModelLength)
            ?? throw ApiException.BadField("lora_name", "is missing");
        return TrafficNames.IsName(name) || TrafficNames.IsVersion(name)
            ? (fields, name)
            : throw ApiException.BadField(
                "lora_name", "must be lower-case letters, digits and hyphens, optionally with @version");
    }
}
