using Microsoft.AspNetCore.Server.Kestrel.Core;
using Pipeline.EmbeddedTemporal;
using Pipeline.EmbeddedTemporal.Frontend;
using Pipeline.EmbeddedTemporal.HttpApi;
using Pipeline.EmbeddedTemporal.Storage;
using Pipeline.EmbeddedTemporal.WebUi;

if (args is ["--version"] or ["-v"])
{
    Console.WriteLine(
        $"temporal version {ClusterHandlers.ServerVersion} (embedded server, one machine, not for production)");
    return 0;
}

if (args is ["operator", "cluster", "health", ..]) return await HealthCheck.RunAsync(args);

EngineOptions options;
try
{
    options = CommandLine.Parse(args);
}
catch (FormatException error)
{
    Console.Error.WriteLine(error.Message);
    return 2;
}

var builder = WebApplication.CreateSlimBuilder();
builder.Logging.SetMinimumLevel(
    options.LogLevel switch
    {
        "debug" => LogLevel.Debug,
        "info" => LogLevel.Information,
        "error" =>
        LogLevel.Error,
        "never" => LogLevel.None,
        _ => LogLevel.Warning
    });
builder.WebHost.ConfigureKestrel(kestrel =>
{
    kestrel.AddServerHeader = false;
    kestrel.Limits.MaxRequestBodySize = GrpcFrames.MaxMessageBytes * 2;
    kestrel.Limits.Http2.MaxStreamsPerConnection = 2000;
    kestrel.Listen(
        System.Net.IPAddress.Parse(options.Address), options.Port, listen => listen.Protocols = HttpProtocols.Http2);
    if (!options.Headless)
        kestrel.Listen(System.Net.IPAddress.Parse(options.UiAddress), options.UiPort,
            listen => listen.Protocols = HttpProtocols.Http1);
});
Engine engine;
try
{
    engine = new Engine(options, LoggerFactory.Create(l => l.AddConsole()).CreateLogger<Engine>());
    await engine.ExecuteAsync(tx =>
    {
        engine.Namespaces.Prepare(tx, options.Namespaces, options.SearchAttributes);
        return 0;
    });
}
catch (Exception error)
    when (error is DatabaseException or RpcError { Code: Pipeline.EmbeddedTemporal.Grpc.StatusCode.DataLoss })
{
    Console.Error.WriteLine(error.Message);
    return 6;
}

using (engine)
{
    var methods = Services.Bind(engine);
    var app = builder.Build();
    var endpoint = new GrpcEndpoint(methods, app.Services.GetRequiredService<ILogger<GrpcEndpoint>>());
    using var site = new WebSiteBuild(options, app.Logger);
    if (!options.Headless) site.Start();
    var ui = new UiEndpoint(
        new HttpApiEndpoint(methods, options, app.Services.GetRequiredService<ILogger<HttpApiEndpoint>>()),
        new WebSite(site));
    app.Run(http => http.Connection.LocalPort == options.Port ? endpoint.HandleAsync(http) : ui.HandleAsync(http));
    await app.StartAsync();
    // The first page should not wait for the descriptors that its requests need.
    if (!options.Headless) _ = Task.Run(() => methods.Known.Count);
    Console.WriteLine(
        $"Embedded Temporal server at {options.Address}:{options.Port}, data {engine.Database.Name}. One machine "
            + $"only, not for production.");
    if (!options.Headless) Console.WriteLine($"Web interface at http://{options.UiAddress}:{options.UiPort}");
    await app.WaitForShutdownAsync();
}

return 0;
