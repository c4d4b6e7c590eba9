using System.CommandLine;
using Pipeline.Gateway;
using Pipeline.Gateway.Adapters;
using Pipeline.Gateway.Chat;
using Pipeline.Gateway.Configuration;
using Pipeline.Gateway.Deploy;
using Pipeline.Hosting.Configuration;
using Pipeline.Hosting.Native;
using Pipeline.Registry.Traffic;
using Pipeline.Workflows;

ShortWaits.Enable();
// `./pipeline serve|chat|deploy` hand over to this executable.
var root = new RootCommand("Serving: the gateway, a chat with a model, and the traffic of deployed adapters.")
{
    ServeArguments.Create(GatewayRun.RunAsync), ChatCommand.Create(), DeployCommand.Create(),
};
root.Options.Add(JsonAnswer.Option);
var json = args.Contains("--json", StringComparer.Ordinal);
var parsed = root.Parse(args);
if (parsed.Errors.Count > 0)
{
    return await JsonAnswer.FailAsync(
        json, string.Join("\n", parsed.Errors.Select(error => error.Message)), ExitCodes.Usage);
}

try
{
    return await parsed.InvokeAsync(new() { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
}
catch (Exception exception)
{
    return await JsonAnswer.FailAsync(json, exception.Message, exception switch
    {
        ArgumentException or ConfigurationException => ExitCodes.Usage,
        AdapterLoadException { Fault: AdapterFault.DigestMismatch } => ExitCodes.Integrity,
        TrafficConflictException => ExitCodes.NotAllowed,
        UnauthorizedAccessException => ExitCodes.NotAllowed,
        InvalidDataException or IOException or AdapterLoadException => ExitCodes.BadInput,
        HttpRequestException => ExitCodes.Unavailable,
        OperationCanceledException => ExitCodes.Ok,
        _ => 1,
    });
}
