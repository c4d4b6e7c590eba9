using Pipeline.Evaluation.Baselines;
using Pipeline.Evaluation.Harness;
using Pipeline.Evaluation.Metrics;
using Pipeline.Evaluation.Preflight;
using Pipeline.Evaluation.Tasks;

namespace Pipeline.Evaluation.Tests.Baselines;

public sealed class BaselineTests
{
    [Fact]
    public void Arms_ReferenceRows_ReachTheRecordedLevel()
    {
        var training = Rows("reference-finetune/train.jsonl");
        var heldOut = ChatClassification.Load("section", Fixtures.Require("reference-finetune/heldout.jsonl"));
        var arms = BaselineArm.Run([.. training.Take(2000)], heldOut);
        // Recorded: always the most frequent label 15.9 %; n-grams with logistic regression on all 4,000 rows 92.8 %.
        arms[0].Report.Accuracy.ShouldBe(0.159, 1e-12);
        arms[1].Report.Accuracy.ShouldBeGreaterThan(0.85);
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"n-grams on 2,000 rows: {arms[1].Report.Accuracy:P1}, macro F1 {arms[1].Report.Macro.F1:0.000}");
    }

    [Fact]
    public void Train_SameRows_GivesTheSameAnswers()
    {
        (string, string)[] rows =
            [("red apple", "fruit"), ("green apple", "fruit"), ("fast car", "vehicle"), ("slow car", "vehicle")];
        var (one, two) = (NgramClassifier.Train(rows), NgramClassifier.Train(rows));
        one.Predict("an apple tree").ShouldBe("fruit");
        two.Predict("an apple tree").ShouldBe("fruit");
        one.Predict("my car").ShouldBe("vehicle");
    }

    [Theory]
    [InlineData(699, PreflightAdvice.Stop)]
    [InlineData(700, PreflightAdvice.Go)]
    [InlineData(800, PreflightAdvice.Go)]
    [InlineData(949, PreflightAdvice.Go)]
    [InlineData(950, PreflightAdvice.MarginalGain)]
    public void S1_01_Preflight_AtTheBoundaries_Advises(int right, PreflightAdvice expected)
    {
        var decision = PreflightDecision.Of(
            new Dictionary<string, (int, int)> { ["plain"] = (10, 1000), ["few examples"] = (right, 1000) });
        decision.Advice.ShouldBe(expected);
        decision.BestPrompt.ShouldBe("few examples");
        decision.MayTrain.ShouldBe(expected != PreflightAdvice.Stop);
    }

    [Fact]
    public void S1_01_Preflight_Override_NeedsAndKeepsAReason()
    {
        var prompts = new Dictionary<string, (int, int)> { ["plain"] = (0, 50) };
        PreflightDecision.Of(prompts).MayTrain.ShouldBeFalse();
        var decision = PreflightDecision.Of(prompts, "the base follows no instructions");
        (decision.MayTrain, decision.Advice, decision.Overridden)
            .ShouldBe((true, PreflightAdvice.Stop, "the base follows no instructions"));
        decision.Reason.ShouldContain("improve data or prompt");
    }

    [Theory]
    [InlineData("python", 1, 1)]
    [InlineData("Python.", 0, 1)]
    [InlineData("The section is: python", 0, 1)]
    [InlineData("perl or python", 0, 0)]
    [InlineData("perl", 0, 0)]
    [InlineData("", 0, 0)]
    public void S1_30_Content_OnlyFormatDiffers_CountsAsRight(string answer, double exact, double content)
    {
        var task = ChatClassification.Of("section", [("q", "python"), ("q", "perl")]);
        task.Metrics.Single(metric => metric.Name == "acc").Score!(task.Questions[0], answer).ShouldBe(exact);
        task.Metrics.Single(metric => metric.Name == "content").Score!(task.Questions[0], answer).ShouldBe(content);
    }

    [Fact]
    public void Load_RowWithoutAnswer_NamesTheRow()
    {
        using var folder = new TempDirectory();
        var path = folder.Combine("rows.jsonl");
        File.WriteAllText(path, """{"messages":[{"role":"user","content":"q"}]}""" + "\n");
        Should.Throw<TaskFormatException>(() => ChatClassification.Load("section", path)).Message.ShouldContain(
            "row 1");
    }

    private static List<(string Text, string Label)> Rows(string fixture) =>
        [.. FixtureJson.Lines(fixture).Select(row => row.GetProperty("messages"))
            .Select(messages => (messages[0].Text("content"), messages[1].Text("content")))];
}
