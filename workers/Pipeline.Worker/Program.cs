using System.CommandLine;
using Pipeline.Hosting.Configuration;
using Pipeline.Hosting.Native;
using Pipeline.Worker;
using Pipeline.Workflows;

// `./pipeline up` starts one of these for each process of each pool.
ShortWaits.Enable();
var pool = new Option<string>("--pool")
{
    Description = "pool of temporal.yaml whose queues are served",
    Required = true,
};
var config = new Option<string?>("--config") { Description = "settings file" };
var set = new Option<string[]>("--set")
{
    Description = "one setting, as section.key=value",
    DefaultValueFactory = _ => [],
};
var metrics = new Option<int>("--metrics-port")
{
    Description = "loopback port of /healthz and /metrics; 0 serves none",
};
var since = new Option<DateTimeOffset>("--brought-up")
{
    Description = "when its deployment was brought up; now by default",
    DefaultValueFactory = _ => DateTimeOffset.UtcNow,
};
var root = new RootCommand("Serves the task queues of one pool.") { pool, config, set, metrics, since };
root.SetAction((parsed, cancellation) => PoolRun.RunAsync(
    parsed.GetRequiredValue(pool), parsed.GetValue(config), parsed.GetValue(set) ?? [], parsed.GetValue(metrics),
    parsed.GetValue(since), cancellation));
var parsed = root.Parse(args);
if (parsed.Errors.Count > 0)
{
    parsed.Errors.ToList().ForEach(error => Console.Error.WriteLine(error.Message));
    return ExitCodes.Usage;
}

try
{
    return await parsed.InvokeAsync(
        new() { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = TimeSpan.FromMinutes(5) });
}
catch (Exception exception)
{
    await Console.Error.WriteLineAsync($"error: {exception.Message}");
    return exception is ConfigurationException or ArgumentException ? ExitCodes.Usage : 1;
}
