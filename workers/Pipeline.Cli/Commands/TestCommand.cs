using System.CommandLine;
using Pipeline.Cli.Testing;

namespace Pipeline.Cli.Commands;

/// <summary><c>./pipeline test [TEXT]</c>: every test that this machine can run.</summary>
internal static class TestCommand
{
    public static Command Create()
    {
        var text = new Argument<string?>("text")
        {
            Description = "only tests whose full name contains this",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var tier = new Option<string?>("--tier") { Description = "only one tier: unit, workflow, e2e or gpu" };
        var command = new Command(
            "test", "build and run the tests; the last line is 'N passed, N failed, N skipped'") { text, tier };
        command.SetAction(
            (parsed, cancellation) =>
                TestRun.RunAsync(
                    parsed.GetValue(text), parsed.GetValue(tier), parsed.GetValue(CommonOptions.Json), cancellation));
        return command;
    }
}
