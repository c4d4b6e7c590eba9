using System.CommandLine;
using System.CommandLine.Parsing;
using Pipeline.Cli.Commands;
using Pipeline.Hosting.Configuration;
using Pipeline.Workflows;

namespace Pipeline.Cli;

/// <summary>Parses, runs, and turns failures into a sentence and an exit code.</summary>
internal static class CommandLine
{
    /// <summary>Exit code after Ctrl-C.</summary>
    public const int Interrupted = 130;

    private static readonly bool IsJson = Environment.GetCommandLineArgs().Contains("--json", StringComparer.Ordinal);

    public static async Task<int> RunAsync(RootCommand root, string[] args)
    {
        if (args.Length > 0 && !args[0].StartsWith('-') && !root.Subcommands.Any(command => command.Name == args[0]))
        {
            return await FailAsync(
                $"unknown verb '{args[0]}'{Hint(args[0], root)}; ./pipeline help lists them", ExitCodes.Usage);
        }

        var parsed = root.Parse(args);
        if (parsed.Errors.Count > 0)
        {
            return await FailAsync(string.Join("\n", parsed.Errors.Select(error => error.Message)), ExitCodes.Usage);
        }

        if (UnknownOption(parsed) is { } option)
        {
            return await FailAsync(
                $"unknown option '{option}'; ./pipeline {args[0]} --help lists the options", ExitCodes.Usage);
        }

        try
        {
            return await parsed.InvokeAsync(
                new InvocationConfiguration
                {
                    EnableDefaultExceptionHandler = false,
                    ProcessTerminationTimeout = TimeSpan.FromSeconds(20),
                });
        }
        catch (OperationCanceledException)
        {
            return await FailAsync("stopped", Interrupted);
        }
        catch (IOException exception) when (exception.HResult == 32)
        {
            return ExitCodes.Ok; // the reader of our output went away
        }
        catch (Exception exception)
        {
            var (message, code) = FailureCode.Of(exception);
            return await FailAsync(message, code);
        }
    }

    /// <summary>Says what went wrong, for people and, where JSON was asked for, for programs.</summary>
    public static async Task<int> FailAsync(string message, int code)
    {
        await Console.Error.WriteLineAsync($"error: {message}");
        if (IsJson)
        {
            Output.WriteJson(new { error = new { code, message } });
        }

        return code;
    }

    // The parser takes an option that it does not know for an argument; benchmarks get theirs passed on.
    private static string? UnknownOption(ParseResult parsed) => parsed.CommandResult.Command.Name == "bench" ? null
        : parsed.CommandResult.Children.OfType<ArgumentResult>().SelectMany(argument => argument.Tokens)
            .FirstOrDefault(token => token.Value.StartsWith("--", StringComparison.Ordinal))?.Value;

    private static string Hint(string verb, RootCommand root) =>
        NearestName.Find(
            verb, [.. root.Subcommands.Select(command => command.Name), .. ToolsCommand.Verbs, "setup", "build",
                "doctor", "help"]) is { } hint
            ? $"; did you mean '{hint}'?"
            : "";
}
