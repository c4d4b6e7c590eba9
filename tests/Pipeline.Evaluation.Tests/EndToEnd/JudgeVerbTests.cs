using System.Text.Json;
using Pipeline.Evaluation.Results;

namespace Pipeline.Evaluation.Tests.EndToEnd;

/// <summary>
/// The verb <c>judge</c> against OpenAI-compatible endpoints: judged models and judge are other processes' models.
/// </summary>
[Trait("Tier", "e2e")]
public sealed class JudgeVerbTests
{
    [Fact]
    public async Task S1_31_Marks_UnreadableIsAskedAgainThenCounted()
    {
        using var folder = new TempDirectory();
        await using var models = new ScriptedEndpoint(_ => "An answer.");
        // The first judgement becomes readable at the third try, the second never does, the others at once.
        var calls = 0;
        await using var judge = new ScriptedEndpoint(
            _ =>
                ++calls switch
                {
                    1 => "Nice.",
                    2 => "[[11]]",
                    3 => "Good. [[7]]",
                    4 or 5 or 6 => "I cannot say.",
                    _ =>
                    "Fine. [[9]]"
                });

        var (code, output, error) = await JudgeAsync(models, judge, folder);
        code.ShouldBe(0, error);
        output.ShouldContain("mean 8.33 of 4 turns by judge; 1 without a readable mark, 2 asked for again");
        judge.Asked.Count.ShouldBe(8);
        models.Asked.Count.ShouldBe(4);
        // The second turn is answered in the light of the first.
        models.Asked.Last().ShouldContain("An answer.");

        var task = ResultsJson.Load(folder.Combine("results.json")).Tasks.ShouldHaveSingleItem();
        task.Scores["score"].ShouldBe([7, double.NaN, 9, 9]);
        (task.Original, task.Effective).ShouldBe((160, 4));
        File.ReadAllLines(folder.Combine("judgements.jsonl")).Length.ShouldBe(4);
        File.ReadAllLines(folder.Combine("answers.jsonl")).Length.ShouldBe(2);
    }

    [Fact]
    public async Task S1_31_Comparison_AsksInBothOrders()
    {
        using var folder = new TempDirectory();
        await using var models =
            new ScriptedEndpoint(body => Model(body) == "one" ? "The better answer." : "The other answer.");
        // Prefers the better text wherever it stands in the first question; later always the first one shown.
        var calls = 0;
        await using var judge = new ScriptedEndpoint(body => ++calls > 2 || First(body) ? "[[A]]" : "[[B]]");

        var (code, output, error) = await JudgeAsync(models, judge, folder, "--against", $"{models.Address}#two");
        code.ShouldBe(0, error);
        output.ShouldContain(
            "one against two: 1 won, 0 lost, 1 tied (1 of them decided by the order), 0 unreadable; wins 100.0 % of "
                + "the decided ones");
        judge.Asked.Count.ShouldBe(4);
        judge.Asked.Take(2).Select(First).ShouldBe([true, false]);
    }

    [Fact]
    public async Task S1_31_JudgeThatIsTheJudged_IsRefused()
    {
        using var folder = new TempDirectory();
        await using var models = new ScriptedEndpoint(_ => "x");
        var (code, _, error) = await Verb.RunAsync(
            "judge", "--model", $"{models.Address}#one", "--judge", $"{models.Address}#one", "--out", folder.Path);
        code.ShouldBe(3);
        error.ShouldContain("'one' would judge itself; choose another judge");
        models.Asked.ShouldBeEmpty();
    }

    private static Task<(int Code, string Output, string Error)> JudgeAsync(
        ScriptedEndpoint models, ScriptedEndpoint judge, TempDirectory folder, params string[] more) =>
        Verb.RunAsync(
            ["judge", "--model", $"{models.Address}#one", "--judge", $"{judge.Address}#judge", "--limit", "2", "--out",
                folder.Path, .. more]);

    private static string? Model(string body) => JsonDocument.Parse(body).RootElement.GetProperty("model").GetString();

    // Whether the better answer is the one shown as A.
    private static bool First(string body) => body.IndexOf("The better answer.", StringComparison.Ordinal)
        < body.IndexOf("The other answer.", StringComparison.Ordinal);
}
