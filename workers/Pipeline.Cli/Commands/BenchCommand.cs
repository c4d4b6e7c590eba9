using System.CommandLine;
using Pipeline.Workflows;

namespace Pipeline.Cli.Commands;

/// <summary><c>./pipeline bench [NAME]</c>: runs a benchmark of <c>tests/benchmarks</c>, or lists them.</summary>
internal static class BenchCommand
{
    private static string Folder => Path.Combine(Checkout.Root, "tests", "benchmarks");

    public static Command Create()
    {
        var name = new Argument<string?>("name")
        {
            Description = "folder under tests/benchmarks",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var rest = new Argument<string[]>("options") { Description = "passed on", Arity = ArgumentArity.ZeroOrMore };
        var command =
            new Command("bench", "run a benchmark; results are appended to tests/benchmarks/RESULTS.md") { name, rest };
        command.SetAction((parsed, cancellation) =>
            RunAsync(parsed, parsed.GetValue(name), parsed.GetValue(rest) ?? [], cancellation));
        return command;
    }

    private static async Task<int> RunAsync(
        ParseResult parsed, string? name, string[] options, CancellationToken cancellation)
    {
        var known = Directory.Exists(Folder) ? Directory.EnumerateDirectories(Folder).Select(Path.GetFileName)
            .OfType<string>().Order(StringComparer.Ordinal).ToList() : [];
        if (name is null)
        {
            return Output.Write(parsed, known, string.Join('\n', known));
        }

        if (!known.Contains(name, StringComparer.OrdinalIgnoreCase))
        {
            return await CommandLine.FailAsync(
                $"no benchmark '{name}'; there are: {string.Join(", ", known)}", ExitCodes.Usage);
        }

        var folder = Path.Combine(Folder, known.First(entry => entry.Equals(name, StringComparison.OrdinalIgnoreCase)));
        var script = Path.Combine(folder, "run.sh");
        var (program, arguments) = File.Exists(script) ? ("bash", new[] { script })
            : ("dotnet", ["run", "-c", "Release", "--project", folder, "--"]);
        if (!parsed.GetValue(CommonOptions.Json))
        {
            return await ChildProcess.RunAsync(program, [.. arguments, .. options], cancellation);
        }

        var (code, output) = await ChildProcess.CaptureAsync(
            program, [.. arguments, .. options], cancellation: cancellation);
        await Console.Error.WriteAsync(output);
        Output.WriteJson(new { benchmark = name, exitCode = code, lines = output.TrimEnd().Split('\n') });
        return code;
    }
}
