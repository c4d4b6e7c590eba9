using Pipeline.Hosting.Configuration;
using Serilog;
using Serilog.Core;
using Serilog.Events;

namespace Pipeline.Hosting.Logging;

/// <summary>
/// Logs of one process: readable lines on standard error and compact JSON in a file, both behind the redactor.
/// </summary>
/// <remarks>
/// Push <c>RunId</c>, <c>WorkflowId</c>, <c>Activity</c> and <c>Attempt</c> through Serilog's log context or logger
/// scopes.
/// </remarks>
public static class PipelineLogging
{
    private const string ConsoleTemplate = "{Timestamp:HH:mm:ss} {Level:u3} {Message}{NewLine}{Exception}";

    /// <summary>Builds the logger of a process.</summary>
    /// <param name="process">Name of the process; part of the file name and of every event.</param>
    /// <param name="settings">Level and retention.</param>
    /// <param name="retention">How many days files are kept.</param>
    /// <param name="folder">Folder of the log files; null writes no file.</param>
    /// <param name="console">Whether readable lines go to standard error.</param>
    /// <returns>A logger; dispose it to flush.</returns>
    public static Logger Create(
        string process, TelemetrySettings settings, RetentionSettings retention, string? folder, bool console = true)
    {
        var sinks = new LoggerConfiguration().MinimumLevel.Verbose();
        if (console)
        {
            sinks.WriteTo.Console(outputTemplate: ConsoleTemplate, standardErrorFromLevel: LogEventLevel.Verbose);
        }

        if (folder is not null)
        {
            Directory.CreateDirectory(folder);
            sinks.WriteTo.File(
                new CompactJsonFormatter(), Path.Combine(folder, $"{process}-.json"),
                rollingInterval: RollingInterval.Day,
                retainedFileTimeLimit: TimeSpan.FromDays(retention.LogDays), shared: true,
                fileSizeLimitBytes: 256L << 20, rollOnFileSizeLimit: true);
        }

        return new LoggerConfiguration()
            .MinimumLevel.Is(Enum.Parse<LogEventLevel>(settings.Level.ToString()))
            .Enrich.FromLogContext()
            .Enrich.WithProperty("Process", process)
            .WriteTo.Sink(new RedactingSink(sinks.CreateLogger()))
            .CreateLogger();
    }
}
