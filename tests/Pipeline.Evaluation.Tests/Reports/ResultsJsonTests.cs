using System.Text.Json;
using Pipeline.Evaluation.Results;
using Pipeline.Evaluation.Tests.Gates;

namespace Pipeline.Evaluation.Tests.Reports;

public sealed class ResultsJsonTests
{
    [Fact]
    public void S1_27_File_HasTheKeysOfTheKnownHarness()
    {
        var task = GateData.Scored([1, 0, 1, 1]) with { Groups = ["all"], Shots = 5, Version = "2" };
        var results = GateData.Run(task) with
        { Groups = new Dictionary<string, GroupResult> { ["all"] = new("all", ["mmlu"], 4, task.Metrics) } };
        using var json = JsonDocument.Parse(ResultsJson.Serialize(results));
        var root = json.RootElement;
        root.GetProperty("results").GetProperty("mmlu").GetProperty("acc,none").GetDouble().ShouldBe(0.75);
        root.GetProperty("results").GetProperty("mmlu").GetProperty("acc_stderr,none").GetDouble().ShouldBe(0.25);
        root.GetProperty("groups").GetProperty("all").GetProperty("sample_len").GetInt32().ShouldBe(4);
        root.GetProperty("n-shot").GetProperty("mmlu").GetInt32().ShouldBe(5);
        root.GetProperty("versions").GetProperty("mmlu").GetString().ShouldBe("2");
        root.GetProperty("n-samples").GetProperty("mmlu").GetProperty("effective").GetInt32().ShouldBe(4);
        root.GetProperty("higher_is_better").GetProperty("mmlu").GetProperty("acc").GetBoolean().ShouldBeTrue();
        root.GetProperty("group_subtasks").GetProperty("all")[0].GetString().ShouldBe("mmlu");
    }

    [Fact]
    public void SaveAndLoad_Results_AreTheSame()
    {
        using var folder = new TempDirectory();
        var results = GateData.Run(GateData.Scored([1, 0, double.NaN]));
        var path = folder.Combine("results.json");
        ResultsJson.Save(results, path);
        ResultsJson.Serialize(ResultsJson.Load(path)).ShouldBe(File.ReadAllText(path));
    }

    [Fact]
    public void SaveAndLoad_OneQuestion_HasNoErrorAndIsTheSame()
    {
        using var folder = new TempDirectory();
        var path = folder.Combine("results.json");
        ResultsJson.Save(GateData.Run(GateData.Scored([1])), path);
        ResultsJson.Serialize(ResultsJson.Load(path)).ShouldBe(File.ReadAllText(path));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"pipeline":{"harness":"1"}}""")]
    public void B54_Load_NoResults_NamesTheFile(string text)
    {
        using var folder = new TempDirectory();
        File.WriteAllText(folder.Combine("r.json"), text);
        Should.Throw<ResultsFormatException>(() => ResultsJson.Load(folder.Combine("r.json"))).Message.ShouldContain(
            "r.json is no results file");
    }

    [Fact]
    public void Group_TwoTasks_PoolsTheErrors()
    {
        MetricValue a = Aggregation.Mean([1, 1, 0]), b = Aggregation.Mean([0, 1]);
        var group = Aggregation.Group([(a, 3), (b, 2)]);
        group.Value.ShouldBe(0.6, 1e-12);
        // Variances 1/3 and 1/2, pooled over 2 + 1 degrees of freedom, over 5 questions.
        group.StandardError!.Value.ShouldBe(Math.Sqrt((2 / 3.0 + 0.5) / 3 / 5), 1e-12);
    }
}
