using System.CommandLine;
using Pipeline.Workflows;

namespace Pipeline.Tools;

/// <summary>
/// Runs a parsed command and turns failures into one line on standard error and the product's exit codes.
/// </summary>
public static class CommandRunner
{
    // Time that a command has after Ctrl-C or SIGTERM, for example to write a checkpoint.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(30);

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
            return await Answer.FailAsync(json, exception.Message, ExitCodeOf(exception));
        }
    }

    private static int ExitCodeOf(Exception exception) => Registry.RegistryCommand.CodeOf(exception) ?? exception switch
    {
        OperationCanceledException => 130,
        InvalidDataException or FormatException or FileNotFoundException or DirectoryNotFoundException =>
            ExitCodes.BadInput,
        ArgumentException => ExitCodes.Usage,
        UnauthorizedAccessException => ExitCodes.NotAllowed,
        HttpRequestException or TimeoutException => ExitCodes.Unavailable,
        OutOfMemoryException => ExitCodes.Resources,
        _ => 1,
    };
}
