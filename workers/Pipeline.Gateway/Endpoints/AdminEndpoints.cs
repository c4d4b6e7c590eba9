using Pipeline.Gateway.Access;
using Pipeline.Gateway.Adapters;
using Pipeline.Gateway.Api;
using Pipeline.Gateway.Monitoring;
using Pipeline.Gateway.Routing;
using Pipeline.Gateway.Scheduling;
using Pipeline.Gateway.Serving;
using Pipeline.Hosting.Telemetry;
using Pipeline.Llm.Generation;
using Pipeline.Registry.Traffic;

namespace Pipeline.Gateway.Endpoints;

/// <summary>
/// Health, metrics and what operators and workflows read: arms of rollouts, alarms, routing report, state.
/// </summary>
/// <param name="engine">The engine.</param>
/// <param name="cache">Loaded adapters.</param>
/// <param name="queue">Slots.</param>
/// <param name="traffic">Traffic states.</param>
/// <param name="arms">Metrics of arms.</param>
/// <param name="drift">Alarms.</param>
/// <param name="report">Routing report.</param>
/// <param name="drain">Whether the process is stopping.</param>
/// <param name="prometheus">The metrics page.</param>
public sealed class AdminEndpoints(
    IGenerationEngine engine, AdapterCache cache, FairQueue queue, TrafficWatcher traffic, ArmBoard arms,
    DriftBoard drift,
    RoutingReport report, Drain drain, PrometheusText prometheus)
{
    /// <summary>Adds the endpoints.</summary>
    /// <param name="app">The application.</param>
    public void Map(IEndpointRouteBuilder app)
    {
        app.MapGet("/health", () => drain.IsDraining ? Results.StatusCode(503) : Results.Text("ok"))
            .WithMetadata(new AccessRule(AccessLevel.Anonymous));
        Admin(app.MapGet(
            "/metrics", () => Results.Text(prometheus.Render(), "text/plain; version=0.0.4; charset=utf-8")));
        Admin(app.MapGet("/admin/state", () => Results.Json(new
        {
            engine = engine.Status(),
            admitted = queue.Total,
            running = queue.Running,
            residentAdapters = cache.Resident,
            draining = drain.IsDraining,
        })));
        Admin(app.MapGet("/admin/alarms", () => Results.Json(drift.Alarms)));
        Admin(app.MapGet("/admin/routing", () => Results.Json(report.Rows())));
        Admin(app.MapGet("/admin/traffic/{alias}", (string alias) => Results.Json(Arms(StateOf(alias)))));
        Admin(app.MapPost("/admin/traffic/refresh", async (CancellationToken cancellation) =>
        {
            await traffic.RefreshAsync(cancellation);
            return Results.Json(traffic.States.OrderBy(state => state.Alias, StringComparer.Ordinal)
                .Select(state => new { state.Alias, state.Version }));
        }));
        Admin(app.MapPost("/admin/traffic/{alias}/judgements", async (string alias, HttpContext context) =>
        {
            var fields = new RequestFields(await RequestReader.ReadBodyAsync(context));
            var (wins, losses) = (fields.Whole("wins", 0, 1_000_000) ?? 0, fields.Whole("losses", 0, 1_000_000) ?? 0);
            fields.RefuseUnknown();
            arms.Judge(StateOf(alias), wins, losses);
            return Results.NoContent();
        }));
    }

    private static void Admin(IEndpointConventionBuilder endpoint) =>
        endpoint.WithMetadata(new AccessRule(AccessLevel.Admin));

    private TrafficState StateOf(string alias) =>
        traffic.Find(alias)
            ?? throw new ApiException(404, "not_found", "this gateway knows no traffic state of that alias");

    private TrafficReport Arms(TrafficState state) => new(
        state, arms.Read(state, TrafficArmName.Stable),
        state.Candidate is null ? null : arms.Read(state, TrafficArmName.Candidate));
}
