using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Pipeline.Gateway.Access;
using Pipeline.Gateway.Adapters;
using Pipeline.Gateway.Api;
using Pipeline.Gateway.Configuration;
using Pipeline.Gateway.Endpoints;
using Pipeline.Gateway.Monitoring;
using Pipeline.Gateway.Routing;
using Pipeline.Gateway.Scheduling;
using Pipeline.Gateway.Serving;
using Pipeline.Hosting.Telemetry;
using Pipeline.Llm.Configuration;
using Pipeline.Llm.Generation;
using Pipeline.Registry.Monitoring;
using Pipeline.Registry.Traffic;

namespace Pipeline.Gateway;

/// <summary>Puts a gateway together.</summary>
public static class GatewayApp
{
    /// <summary>Builds a gateway that is not started yet.</summary>
    /// <param name="options">Options.</param>
    /// <param name="parts">What the gateway serves with.</param>
    /// <param name="configure">Changes the host, for logging; null for none.</param>
    /// <returns>The application.</returns>
    /// <exception cref="ArgumentException">The options would open the gateway to the network without keys.</exception>
    public static WebApplication Build(
        GatewayOptions options, GatewayParts parts, Action<WebApplicationBuilder>? configure = null)
    {
        var loopback = IPAddress.TryParse(options.Host, out var address) && IPAddress.IsLoopback(address);
        if (!loopback && parts.Clients.Clients.Count == 0)
        {
            throw new ArgumentException(
                $"listening on {options.Host} needs a clients file with API keys (--clients FILE)", nameof(options));
        }

        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        configure?.Invoke(builder);
        builder.WebHost.UseKestrelCore()
            .ConfigureKestrel(kestrel => Limit(kestrel, options, address ?? IPAddress.Loopback));
        builder.Services.AddRoutingCore();
        AddServices(builder.Services, options, parts, open: loopback && parts.Clients.Clients.Count == 0);
        var app = builder.Build();
        Wire(app, options, parts);
        return app;
    }

    private static void Limit(KestrelServerOptions kestrel, GatewayOptions options, IPAddress address)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = options.MaxBodyBytes;
        kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(15);
        kestrel.Limits.MaxRequestHeadersTotalSize = 16 << 10;
        kestrel.Limits.MinRequestBodyDataRate = new MinDataRate(240, TimeSpan.FromSeconds(5));
        kestrel.Listen(address, options.Port);
    }

    private static void AddServices(IServiceCollection services, GatewayOptions options, GatewayParts parts, bool open)
    {
        var time = parts.Time ?? TimeProvider.System;
        services.AddSingleton(options).AddSingleton(time).AddSingleton(parts.Engine).AddSingleton(parts.Codec)
            .AddSingleton(parts.Catalog);
        services.AddSingleton(open && parts.Clients.Fallback is null
            ? parts.Clients with { Fallback = options.BaseName } : parts.Clients);
        services.AddSingleton(parts.Defaults ?? new GenerationDefaults());
        services.AddSingleton(new ClientDirectory(parts.Clients.Clients, parts.AdminKey, open, time));
        services.AddSingleton<GatewayMetrics>().AddSingleton(new PrometheusText(MetricNames.Meter));
        services.AddSingleton(provider => new AdapterCache(
            parts.Engine, Math.Max(options.MaxLoras, options.MaxCpuLoras), options.MaxLoras,
            provider.GetRequiredService<GatewayMetrics>(), time));
        services.AddSingleton(new FairQueue(parts.Engine.MaxBatch, options.MaxQueue, options.MaxQueuePerClient));
        services.AddSingleton(
            provider =>
                new TrafficWatcher(
                    parts.Traffic, options.TrafficInterval, provider.GetRequiredService<ILogger<TrafficWatcher>>()));
        services.AddHostedService(provider => provider.GetRequiredService<TrafficWatcher>());
        services.AddSingleton(provider => new ModelRouter(
            options.BaseName, parts.Catalog, provider.GetRequiredService<TrafficWatcher>(),
            provider.GetRequiredService<ClientsFile>()));
        services.AddSingleton(new RoutingReport(parts.Clients.PricePerThousandTokens));
        services.AddSingleton(new UsageLedger(options.StateFolder, time));
        services.AddSingleton(new ResponseSampler(options.StateFolder, options.SampleShare, time));
        services.AddSingleton(provider => new DriftBoard(
            provider.GetRequiredService<GatewayMetrics>(), parts.Drift ?? new DriftOptions(),
            RollBack(options, parts.Traffic),
            provider.GetRequiredService<ILogger<DriftBoard>>(), time));
        services.AddSingleton<ArmBoard>().AddSingleton<Drain>().AddSingleton(new IdempotencyCache())
            .AddSingleton<ServingRecorder>();
        services.AddSingleton<ResponseBodies>().AddSingleton<FailureAnswers>().AddSingleton<PlanMaker>()
            .AddSingleton<ChoiceRunner>().AddSingleton<CompletionService>().AddSingleton<EmbeddingService>();
        services.AddSingleton<FlowSelection>();
        services.AddSingleton<CompletionEndpoints>().AddSingleton<EmbeddingEndpoints>().AddSingleton<ModelEndpoints>()
            .AddSingleton<AdapterEndpoints>().AddSingleton<AdminEndpoints>();
    }

    private static Func<string, string, Task>? RollBack(GatewayOptions options, TrafficStore? store) =>
        options.RollBackOnDrift && store is not null
            ? (alias, reason) => store.RollBackAsync(alias, "gateway", reason) : null;

    private static void Wire(WebApplication app, GatewayOptions options, GatewayParts parts)
    {
        var traffic = app.Services.GetRequiredService<TrafficWatcher>();
        (traffic.Arriving, traffic.Refreshing) = (parts.Arriving, parts.Refresh);
        Observe(app.Services, traffic);
        app.UseMiddleware<ErrorMiddleware>();
        app.Use(RequestShape.CheckAsync);
        app.UseRouting();
        app.UseMiddleware<AccessMiddleware>();
        app.Services.GetRequiredService<CompletionEndpoints>().Map(app);
        app.Services.GetRequiredService<EmbeddingEndpoints>().Map(app);
        app.Services.GetRequiredService<ModelEndpoints>().Map(app);
        app.Services.GetRequiredService<AdapterEndpoints>().Map(app);
        app.Services.GetRequiredService<AdminEndpoints>().Map(app);
        app.UseEndpoints(_ => { });
        var drain = app.Services.GetRequiredService<Drain>();
        app.Lifetime.ApplicationStopping.Register(() => drain.RunAsync(options.DrainTimeout).GetAwaiter().GetResult());
    }

    private static void Observe(IServiceProvider services, TrafficWatcher traffic)
    {
        var metrics = services.GetRequiredService<GatewayMetrics>();
        var (engine, queue, cache) = (
            services.GetRequiredService<IGenerationEngine>(), services.GetRequiredService<FairQueue>(),
                services.GetRequiredService<AdapterCache>());
        metrics.Observe(MetricNames.Running, () => engine.Status().Running);
        metrics.Observe(MetricNames.Admitted, () => queue.Total);
        metrics.Observe(MetricNames.Resident, () => cache.Resident);
        metrics.Observe(MetricNames.CacheTokens, () => engine.Status().CacheTokens);
        metrics.Observe(MetricNames.CacheBytes, () => engine.Status().CacheBytes);
        metrics.Observe(MetricNames.PrefixHits, () => engine.Status().PrefixHits);
        metrics.ObserveTraffic(() => traffic.States);
    }
}
