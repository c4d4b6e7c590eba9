using System.CommandLine;
using Pipeline.Cli.Commands;
using Pipeline.Hosting.Configuration;
using Pipeline.Registry.Storage;
using Pipeline.Workflows;

namespace Pipeline.Cli;

/// <summary>Parses, runs, and turns failures into a sentence and an exit code.</summary>
internal static class CommandLine
{
    public static async Task<int> RunAsync(RootCommand root, string[] args)
    {
        if (args.Length > 0 && !args[0].StartsWith('-') && !root.Subcommands.Any(command => command.Name == args[0]))
        {
            return await FailAsync($"unknown verb '{args[0]}'{Hint(args[0], root)}; ./pipeline help lists them", ExitCodes.Usage);
        }

        var parsed = root.Parse(args);
        if (parsed.Errors.Count > 0)
        {
            return await FailAsync(string.Join("\n", parsed.Errors.Select(error => error.Message)), ExitCodes.Usage);
        }

        try
        {
            return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = TimeSpan.FromSeconds(20) });
        }
        catch (OperationCanceledException)
        {
            return await FailAsync("stopped", 130);
        }
        catch (IOException exception) when (exception.HResult == 32)
        {
            return ExitCodes.Ok; // the reader of our output went away
        }
        catch (Exception exception)
        {
            return await FailAsync(exception.Message, CodeOf(exception));
        }
    }

    public static async Task<int> FailAsync(string message, int code)
    {
        await Console.Error.WriteLineAsync($"error: {message}");
        return code;
    }

    private static int CodeOf(Exception exception) => exception switch
    {
        ConfigurationException or ArgumentException => ExitCodes.Usage,
        ObjectStoreException store => store.Error switch
        {
            ObjectStoreError.Unavailable => ExitCodes.Unavailable,
            ObjectStoreError.Integrity or ObjectStoreError.PreconditionFailed => ExitCodes.Integrity,
            ObjectStoreError.AccessDenied or ObjectStoreError.ReadOnly => ExitCodes.NotAllowed,
            ObjectStoreError.NoSpace or ObjectStoreError.Disk => ExitCodes.Resources,
            ObjectStoreError.Unsupported => ExitCodes.Usage,
            _ => ExitCodes.BadInput,
        },
        InvalidDataException or FileNotFoundException or DirectoryNotFoundException => ExitCodes.BadInput,
        HttpRequestException or TimeoutException => ExitCodes.Unavailable,
        UnauthorizedAccessException => ExitCodes.NotAllowed,
        OutOfMemoryException => ExitCodes.Resources,
        _ => 1,
    };

    private static string Hint(string verb, RootCommand root) =>
        NearestName.Find(verb, [.. root.Subcommands.Select(command => command.Name), .. ToolsCommand.Verbs, "setup", "build", "doctor", "help"]) is { } hint
            ? $"; did you mean '{hint}'?"
            : "";
}
