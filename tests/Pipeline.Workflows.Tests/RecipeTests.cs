using System.Text.Json;
using Pipeline.Workflows.Approvals;
using Pipeline.Workflows.Inputs;
using Pipeline.Workflows.Json;
using Temporalio.Exceptions;

namespace Pipeline.Workflows.Tests;

[Collection(nameof(EngineFixture))]
[Trait("Tier", "workflow")]
public sealed class RecipeTests(EngineFixture engines)
{
    public static TheoryData<string> Files =>
        [.. Directory.EnumerateFiles(Path.Combine(Repository.Root, "workflows", "recipes"), "*.json")
            .Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Files))]
    public async Task Recipe_WithFakeWork_RunsToPromotion(string file)
    {
        var input = Read(file);
        await using var pipeline = TestPipeline.Start(await engines.StartAsync("embedded"));
        var handle = await pipeline.RunAsync(
            input with
            {
                Owner = "olga",
                Canary =
                input.Canary with { StepDuration = TimeSpan.FromMilliseconds(50), MinRequests = 10 }
            });
        while ((await handle.DescribeAsync()).Status == Temporalio.Api.Enums.V1.WorkflowExecutionStatus.Running)
        {
            try
            {
                if (await handle.QueryAsync(wf => wf.Awaited) is { } open)
                {
                    var by = (await handle.QueryAsync(wf => wf.Report)).Decisions.Any(
                        decision => decision.By == "ada" && decision.Digest == open.Digest) ? "bob" : "ada";
                    await handle.ExecuteUpdateAsync(
                        wf => wf.ApproveAsync(new DecisionInput { By = by, Digest = open.Digest }));
                }
            }
            catch (WorkflowUpdateFailedException)
            {
                // Answered meanwhile.
            }

            await Task.Delay(100, TestContext.Current.CancellationToken);
        }

        var result = await handle.GetResultAsync();
        result.Verdict.ShouldBe(Contracts.Verdict.Promoted, result.Reason);
    }

    [Theory]
    [InlineData("style", 8, 1)]
    [InlineData("domain", 64, 2)]
    [InlineData("task", 16, 2)]
    public void S1_41_Purpose_SetsRankAndThresholdsUnlessTheyAreGiven(string purpose, int rank, double drop)
    {
        // not null: an object
        var input = JsonSerializer.Deserialize<FineTuneInput>($$"""{"purpose":"{{purpose}}"}""", PipelineJson.Options)!;
        (input.Train.Rank, input.Train.Alpha, input.Gate.MaxDropPoints).ShouldBe((rank, 2 * rank, drop));
        InputValidator.Check(input).ShouldBeEmpty();
        // not null: an object
        var own = JsonSerializer.Deserialize<FineTuneInput>(
            $$"""{"train":{"rank":3},"purpose":"{{purpose}}"}""", PipelineJson.Options)!;
        (own.Train.Rank, own.Gate.MaxDropPoints).ShouldBe((3, drop));
        // not null: an object
        JsonSerializer.Deserialize<FineTuneInput>(
            JsonSerializer.Serialize(own, PipelineJson.Options), PipelineJson.Options)!.Train.Rank.ShouldBe(3);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Recipe_LoadsWithoutProblemsUnderItsName(string file)
    {
        var path = Path.Combine(Repository.Root, "workflows", "recipes", file);
        var input = Read(file);
        InputValidator.Check(input).ShouldBeEmpty();
        input.Recipe.ShouldBe(Path.GetFileNameWithoutExtension(file));
        File.ReadAllText(Path.Combine(Path.GetDirectoryName(path)!, "README.md")).ShouldContain($"`{input.Recipe}`");
    }

    private static FineTuneInput Read(string file) => JsonSerializer.Deserialize<FineTuneInput>(
        // not null: an object
        File.ReadAllText(Path.Combine(Repository.Root, "workflows", "recipes", file)), PipelineJson.Options)!;
}
