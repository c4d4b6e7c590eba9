using System.CommandLine;
using Pipeline.Data.Ingest;
using Pipeline.Data.Stages;
using Pipeline.Workflows;

namespace Pipeline.Tools;

/// <summary>
/// Runs a parsed command and turns failures into one line on standard error and the product's exit codes.
/// </summary>
public static class CommandRunner
{
    // Time that a command has after Ctrl-C or SIGTERM, for example to write a checkpoint.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(30);

    // Error numbers of Linux, as .NET reports them.
    private const int BadDisk = 5, Exists = 17, NoSpace = 28, ReadOnly = 30, OverQuota = 122;

    /// <summary>Parses and invokes.</summary>
    /// <param name="root">The command tree.</param>
    /// <param name="args">Arguments as given by the shell.</param>
    /// <returns>One of <see cref="ExitCodes"/>.</returns>
    public static async Task<int> RunAsync(RootCommand root, string[] args)
    {
        root.Options.Add(Answer.Json);
        var json = args.Contains("--json", StringComparer.Ordinal);
        var parsed = root.Parse(args);
        if (parsed.Errors.Count > 0)
        {
            return await Answer.FailAsync(
                json, string.Join("\n", parsed.Errors.Select(error => error.Message)), ExitCodes.Usage);
        }

        try
        {
            return await parsed.InvokeAsync(
                new InvocationConfiguration
                {
                    EnableDefaultExceptionHandler = false,
                    ProcessTerminationTimeout = Grace,
                });
        }
        catch (Exception exception)
        {
            return await Answer.FailAsync(json, MessageOf(exception), ExitCodeOf(exception));
        }
    }

    // The name of a parameter in the code says nothing to who typed the command.
    private static string MessageOf(Exception exception) =>
        exception is ArgumentException { ParamName: { } name }
            ? exception.Message.Replace($" (Parameter '{name}')", "", StringComparison.Ordinal) : exception.Message;

    private static int ExitCodeOf(Exception exception) => Registry.RegistryCommand.CodeOf(exception) ?? exception switch
    {
        OperationCanceledException => 130,
        InvalidDataException or FormatException or FileNotFoundException or DirectoryNotFoundException
            or SourceMutatedException => ExitCodes.BadInput,
        RowAccountingException => ExitCodes.Integrity,
        IOException { HResult: ReadOnly } => ExitCodes.NotAllowed,
        IOException { HResult: BadDisk or NoSpace or OverQuota } => ExitCodes.Resources,
        IOException { HResult: Exists } => ExitCodes.Usage,
        ArgumentException => ExitCodes.Usage,
        UnauthorizedAccessException => ExitCodes.NotAllowed,
        HttpRequestException or TimeoutException => ExitCodes.Unavailable,
        OutOfMemoryException => ExitCodes.Resources,
        _ => 1,
    };
}
