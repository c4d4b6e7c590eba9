using System.Text.Json;
using Pipeline.Workflows.Contracts;
using Pipeline.Workflows.Details;
using Pipeline.Workflows.Inputs;
using Pipeline.Workflows.Json;

namespace Pipeline.Workflows.Tests;

public sealed class InputTests
{
    [Fact]
    public void Default_Input_HasNoProblems() => InputValidator.Check(new FineTuneInput()).ShouldBeEmpty();

    [Fact]
    public void Input_WrittenAndRead_IsTheSame()
    {
        var input = new FineTuneInput
        {
            Owner = "ada",
            Train = new() { Rank = 8, RankLadder = [8, 16], Sweep = [new() { Rank = 4 }] },
            Canary = new() { StepDuration = TimeSpan.FromSeconds(3) },
        };
        var json = JsonSerializer.Serialize(input, PipelineJson.Options);
        json.ShouldContain("\"stepDuration\":\"00:00:03\"");
        JsonSerializer.Serialize(
            JsonSerializer.Deserialize<FineTuneInput>(json, PipelineJson.Options), PipelineJson.Options).ShouldBe(json);
    }

    [Fact]
    public void B48_BadNumbers_AreAllListedWithTheirRanges()
    {
        var input = new FineTuneInput
        {
            Train = new()
            {
                LearningRate = double.NaN,
                Rank = 0,
                Alpha = double.PositiveInfinity,
                BatchSize = -1,
                Epochs = -1,
                Dropout = 1,
                MicroBatchSize = 7,
            },
            Gate = new() { MaxDropPoints = 101 },
            Canary = new() { Steps = [110, -5] },
        };
        var problems = InputValidator.Check(input);
        foreach (var field in new[] { "learningRate", "rank", "alpha", "batchSize", "epochs", "dropout",
            "microBatchSize", "maxDropPoints", "failDropPoints", "steps" })
        {
            problems.ShouldContain(problem => problem.Contains(field, StringComparison.Ordinal), field);
        }
    }

    [Theory]
    [InlineData("""[1]""", "input: expected an object")]
    [InlineData("""{"data":7}""", "data: expected an object, found 7")]
    [InlineData("""{"owner":null}""", "owner: null is not allowed")]
    [InlineData("""{"canary":{"stepDuration":"soon"}}""", "canary.stepDuration: expected a duration")]
    [InlineData("""{"canary":{"steps":"10"}}""", "canary.steps: expected a list")]
    [InlineData("""{"train":{"sweep":[{"rnak":1}]}}""", "train.sweep: expected a list")]
    public void B47_WrongForms_AreNamed(string json, string problem)
    {
        var input = JsonSerializer.Deserialize<FineTuneInput>(json, PipelineJson.Options)!;
        InputValidator.Check(input).ShouldContain(found => found.StartsWith(problem, StringComparison.Ordinal));
    }

    [Fact]
    public void B62_ForeignText_IsCutAndWithoutControlCharacters()
    {
        var input = JsonSerializer.Deserialize<FineTuneInput>(
            "{\"train\":{\"rank\":\"\\u001b[31m" + new string('x', 500) + "\"}}", PipelineJson.Options)!;
        InputValidator.Check(input).ShouldAllBe(problem => problem.Length < 200 && !problem.Any(char.IsControl));
    }

    [Fact]
    public void Details_Markup_IsEscapedAndWhatIsAwaitedCanBePasted()
    {
        var report = new RunReport
        {
            Stages = [
                new() { Name = "review", State = StageState.Parked, Failure = new("BadData", "row <script>|[x](y)") }],
        };
        var page = DetailsPage.Render(report, [new(1, 10, 2.5, 100), new(5, 10, 1.5, 120)], null, 0);
        page.ShouldContain("""{"stage":"review","by":"NAME","changedParameters":""");
        page.ShouldContain("step 5 of 10");
        page.ShouldNotContain("<script>");
        page.ShouldContain("&lt;script>\\|\\[x]");
        DetailsPage.Sparkline([1, 2, 3]).ShouldBe("▁▅█");
    }

    [Fact]
    public void Workflows_ReferenceNoLibraryThatDoesTheWork()
    {
        var names = typeof(PipelineWorkflows).Assembly.GetReferencedAssemblies().Select(name => name.Name ?? "");
        names.ShouldAllBe(name => name.StartsWith("System", StringComparison.Ordinal)
            || name.StartsWith("Temporalio", StringComparison.Ordinal)
            || name.StartsWith("Microsoft.Extensions.Logging", StringComparison.Ordinal)
            || name.StartsWith("Google.Protobuf", StringComparison.Ordinal));
    }
}
