using System.Text.RegularExpressions;
using Pipeline.Cli.Runs;
using Pipeline.Cli.Tests.Support;

namespace Pipeline.Cli.Tests;

/// <summary>
/// Every command of the README is run for real, in its order, or stands in a table with the reason why not.
/// </summary>
[Collection(nameof(SharedDeployment))]
[Trait("Tier", "e2e")]
public sealed partial class ReadmeTests(SharedDeployment deployment)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);

    // What is not run here, and what runs it instead.
    private static readonly Dictionary<string, string> NotRun = new(StringComparer.Ordinal)
    {
        ["run"] = "a minute of both cores; VerbTests runs the verb with the recipe tiny",
        ["run --approve-as ada"] = "a minute of both cores; VerbTests follows a run in this way",
        ["run --recipe harmful"] = "a minute of both cores; RecipeRunTests runs the recipe with small sizes",
        ["test"] = "it is what runs this test",
        ["down"] = "would end what other tests use; the deployment's end runs it",
        ["approve --as NAME"] = "a form; the same verb is run with a name",
        ["approve --as ada --key ada.pem"] = "needs keys in the settings; SecretRunTests runs it",
        ["retry --stage NAME --change '{\"train\":{\"learningRate\":1e-4}}'"] = "a form; VerbTests runs it",
        ["abort --reason TEXT"] = "a form; VerbTests runs it",
        ["deploy rollback ALIAS"] = "a form; the gateway's tests run it",
        ["deploy set ALIAS --stable NAME@VERSION --reason TEXT"] = "a form; the gateway's tests run it",
        ["schedule judge --retrain RECIPE"] = "a form; VerbTests runs it",
        ["trigger PREFIX"] = "a form; the same verb is run with a prefix",
    };

    private static string Readme => File.ReadAllText(Path.Combine(Repository.Root, "README.md"));

    [Fact]
    public async Task Commands_RunOrStandInTheTable()
    {
        await deployment.UpAsync();
        // An earlier run of these commands may have left it, and nothing is unpacked over it.
        if (Path.Combine(Repository.Root, ".pipeline", "tiny") is var pulled && Directory.Exists(pulled))
        {
            Directory.Delete(pulled, recursive: true);
        }

        var commands = Commands().ToList();
        commands.Count.ShouldBeGreaterThan(25);
        NotRun.Keys.Except(commands).ShouldBeEmpty("these stand in the table, but no longer in the README");
        Task<CliAnswer>? watching = null;
        foreach (var command in commands.Except(NotRun.Keys).ToList())
        {
            TestContext.Current.TestOutputHelper?.WriteLine($"./pipeline {command}");
            if (command == "status --watch")
            {
                watching = deployment.RunAsync(Words(command));
                continue;
            }

            var answer = command.StartsWith("approve ", StringComparison.Ordinal) ? await ApproveAsync(command)
                : command is "doctor" or "help" ? await deployment.ScriptAsync(command)
                : await deployment.RunAsync(Words(command));
            answer.Code.ShouldBe(0, $"./pipeline {command}: {answer.All}");
            answer.Output.Trim().ShouldNotBeEmpty(command);
            if (command.StartsWith("approve ", StringComparison.Ordinal))
            {
                var end = await watching.ShouldNotBeNull();
                end.Code.ShouldBe(0, end.All);
            }
        }
    }

    [Fact]
    public void Inputs_PassTheCheckOfARun()
    {
        var inputs = Json().Matches(Readme).Select(match => match.Groups[1].Value).ToList();
        inputs.Count.ShouldBeGreaterThan(0);
        inputs.ForEach(input => RunInputFile.Read(input, "olga").Recipe.ShouldBe("support"));
    }

    [Fact]
    public void Links_LeadToFilesOfTheCheckout() =>
        Links().Matches(Readme).Select(match => match.Groups[1].Value)
            .ShouldAllBe(path => Path.Exists(Path.Combine(Repository.Root, path)));

    // The run needs a while until it asks.
    private async Task<CliAnswer> ApproveAsync(string command)
    {
        var clock = System.Diagnostics.Stopwatch.StartNew();
        while (true)
        {
            var answer = await deployment.RunAsync(Words(command));
            if (answer.Code == 0 || clock.Elapsed > Patience)
            {
                return answer;
            }

            await Task.Delay(1000, TestContext.Current.CancellationToken);
        }
    }

    private static IEnumerable<string> Commands()
    {
        var lines = Blocks().Matches(Readme).SelectMany(block => block.Groups[1].Value.Split('\n'))
            .Where(line => line.StartsWith("./pipeline ", StringComparison.Ordinal))
            .Select(line => Comment().Replace(line, ""));
        var inline = Inline().Matches(Blocks().Replace(Readme, "")).Select(match => match.Groups[1].Value);
        return lines.Concat(inline).Select(line => line["./pipeline ".Length..].Trim())
            .Where(command => command.Length > 0).Distinct(StringComparer.Ordinal);
    }

    private static string[] Words(string command) =>
        [.. Word().Matches(command).Select(match => match.Value.Trim('"', '\''))];

    [GeneratedRegex("```sh\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Blocks();

    [GeneratedRegex("```json\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Json();

    [GeneratedRegex("`(\\./pipeline [^`]+)`")]
    private static partial Regex Inline();

    [GeneratedRegex("\\s+#.*$")]
    private static partial Regex Comment();

    [GeneratedRegex("\"[^\"]*\"|'[^']*'|\\S+")]
    private static partial Regex Word();

    [GeneratedRegex("\\]\\(([^)]+)\\)")]
    private static partial Regex Links();
}
