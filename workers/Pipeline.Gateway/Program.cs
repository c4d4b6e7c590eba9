using Pipeline.Gateway.Adapters;
using Pipeline.Gateway.Configuration;
using Pipeline.Hosting.Configuration;
using Pipeline.Workflows;

// `./pipeline serve` hands over to this executable.
var parsed = ServeArguments.Create(GatewayRun.RunAsync).Parse(args);
if (parsed.Errors.Count > 0)
{
    parsed.Errors.ToList().ForEach(error => Console.Error.WriteLine(error.Message));
    return ExitCodes.Usage;
}

try
{
    return await parsed.InvokeAsync(new() { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
}
catch (Exception exception)
{
    await Console.Error.WriteLineAsync($"error: {exception.Message}");
    return exception switch
    {
        ArgumentException or ConfigurationException => ExitCodes.Usage,
        AdapterLoadException { Fault: AdapterFault.DigestMismatch } => ExitCodes.Integrity,
        InvalidDataException or IOException or AdapterLoadException => ExitCodes.BadInput,
        OperationCanceledException => ExitCodes.Ok,
        _ => 1,
    };
}
