using System.CommandLine;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Pipeline.Gateway.Access;
using Pipeline.Gateway.Adapters;
using Pipeline.Gateway.Text;
using Pipeline.Hosting.Configuration;
using Pipeline.Hosting.Logging;
using Pipeline.Hosting.Telemetry;
using Pipeline.Llm.Configuration;
using Pipeline.Llm.Generation;
using Pipeline.Llm.Models;
using Pipeline.Registry.Models;
using Pipeline.Registry.Traffic;
using Serilog;
using Serilog.Extensions.Logging;

namespace Pipeline.Gateway.Configuration;

/// <summary>Runs a gateway from its command line until it is asked to stop.</summary>
internal static class GatewayRun
{
    private static string Root => Environment.GetEnvironmentVariable("PIPELINE_ROOT") is { Length: > 0 } root
        ? root : Directory.GetCurrentDirectory();

    public static async Task<int> RunAsync(ServeArguments arguments, ParseResult parsed, CancellationToken cancellation)
    {
        var file = parsed.GetValue(arguments.Config) ?? Path.Combine(Root, "temporal.yaml");
        var (settings, _) = SettingsLoader.Load(
            File.Exists(file) || parsed.GetValue(arguments.Config) is not null ? file : null,
            parsed.GetValue(arguments.Set));
        var options = Options(arguments, parsed, settings);
        using var logger = PipelineLogging.Create(
            "gateway", settings.Telemetry, settings.Retention, Path.Combine(StateFolder.Of(Root), "logs"));
        using var telemetry = PipelineTelemetry.Start("gateway", settings.Telemetry);
        var directory = Path.GetFullPath(parsed.GetRequiredValue(arguments.Model));
        using var model = CausalLanguageModel.Load(
            directory, new ModelLoadOptions
            {
                Threads = parsed.GetValue(arguments.Threads),
                Log = line => logger.Information("{Line}", line),
            });
        await using var engine = new GenerationEngine(model, new GenerationOptions
        {
            MaxBatch = parsed.GetValue(arguments.MaxBatch) ?? settings.Gateway.MaxBatch,
            ContextLength = parsed.GetValue(arguments.MaxLength),
            AdapterWeights = parsed.GetValue(arguments.LoraType) == "bfloat16"
                ? AdapterWeights.BFloat16 : AdapterWeights.AsStored,
        });
        var parts = Parts(arguments, parsed, settings, options, logger, engine, directory);
        await using var app = GatewayApp.Build(
            options, parts, builder => builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning)
                .AddProvider(new SerilogLoggerProvider(logger)));
        await app.StartAsync(cancellation);
        var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses
            .FirstOrDefault();
        var adapters = parts.Catalog.All().Count;
        if (parsed.GetValue(JsonAnswer.Option))
        {
            JsonAnswer.Write(new { address = $"{address}/v1", model = options.BaseName, adapters });
        }
        else
        {
            Console.WriteLine($"serving {options.BaseName} with {adapters} adapters on {address}/v1");
        }

        await app.WaitForShutdownAsync(cancellation);
        return 0;
    }

    private static GatewayOptions Options(ServeArguments arguments, ParseResult parsed, PipelineSettings settings)
    {
        var maxLoras = parsed.GetValue(arguments.MaxLoras);
        var name = parsed.GetValue(arguments.Name)
            ?? Path.GetFileName(
                Path.TrimEndingDirectorySeparator(Path.GetFullPath(parsed.GetRequiredValue(arguments.Model))));
        return new GatewayOptions
        {
            BaseName = name,
            Host = parsed.GetValue(arguments.Host) ?? settings.Gateway.Host,
            Port = parsed.GetValue(arguments.Port) ?? settings.Gateway.Port,
            StateFolder = Path.Combine(StateFolder.Of(Root), "serving"),
            AdapterRoot = parsed.GetValue(arguments.AdapterRoot) ?? parsed.GetValue(arguments.Adapters),
            MaxLoras = maxLoras,
            MaxCpuLoras = Math.Max(maxLoras, parsed.GetValue(arguments.MaxCpuLoras)),
            MaxLoraRank = parsed.GetValue(arguments.MaxRank),
            SampleShare = parsed.GetValue(arguments.SampleShare),
            RollBackOnDrift = parsed.GetValue(arguments.RollBack),
        };
    }

    private static GatewayParts Parts(
        ServeArguments arguments, ParseResult parsed, PipelineSettings settings, GatewayOptions options,
        Serilog.Core.Logger logger,
        GenerationEngine engine, string directory)
    {
        var catalog = new AdapterCatalog();
        if (parsed.GetValue(arguments.Adapters) is { } folder)
        {
            AdapterFolder.Scan(folder, options.MaxLoraRank, problem => logger.Warning("{Problem}", problem)).ToList()
                .ForEach(catalog.Add);
        }

        foreach (var module in (parsed.GetValue(arguments.Modules) ?? []).Select(LoraModule.Parse))
        {
            catalog.Add(AdapterFiles.Inspect(module.Name, "1", Path.GetFullPath(module.Path), options.MaxLoraRank));
        }

        var store = parsed.GetValue(arguments.NoStore) ? null : GatewayStore.Open(settings.Store, Root);
        var registry = store is null ? null : new RegistryAdapters(
            new ModelRegistry(store), catalog, Path.Combine(StateFolder.Of(Root), "serving", "adapters"),
            options.MaxLoraRank, line => logger.Information("{Line}", line));
        return new GatewayParts
        {
            Engine = engine,
            Codec = ModelTextCodec.Load(directory),
            Defaults = GenerationDefaults.Read(directory),
            Catalog = catalog,
            Clients = parsed.GetValue(arguments.Clients) is { } clients ? ClientsFile.Read(clients) : new ClientsFile(),
            AdminKey = Environment.GetEnvironmentVariable("GATEWAY_ADMIN_KEY"),
            Traffic = store is null ? null : new TrafficStore(store),
            Arriving = registry is null ? null : registry.BringAsync,
            Refresh = registry is null ? null : registry.RefreshAsync,
        };
    }
}
