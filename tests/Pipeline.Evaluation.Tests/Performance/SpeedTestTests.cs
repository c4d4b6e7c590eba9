using Pipeline.Evaluation.Harness;
using Pipeline.Evaluation.Performance;
using Pipeline.Evaluation.Tests.Harness;
using Pipeline.Llm.Generation;
using Pipeline.Llm.Models;
using TorchSharp;

namespace Pipeline.Evaluation.Tests.Performance;

/// <summary>Speed and sampled answers of the shipped base model.</summary>
public sealed class SpeedTestTests
{
    private static readonly ModelLoadOptions Load = new() { DType = torch.ScalarType.Float32, Threads = 1 };

    [Fact]
    public async Task S0_12_RealModel_FiguresFollowFromItsLog()
    {
        using var model = ModelUnderTest.Open(DebianMmlu.Directory, options: Load);
        string[] prompts = [.. Enumerable.Range(0, 6).Select(i => model.Render([new("user", $"Name {i} packages.")]))];
        var (log, report, result) = await new SpeedTest { Concurrency = 3, MaxTokens = 5 }
            .RunAsync(model, DebianMmlu.Directory, null, prompts, Load, TestContext.Current.CancellationToken);
        (report.Requests, report.Failures, report.Concurrency, report.OutputTokens).ShouldBe((6, 0, 3, 5));
        report.PeakMemoryBytes.ShouldNotBeNull().ShouldBeGreaterThan(50 << 20);
        PerformanceReport.Of(log, 3, report.PeakMemoryBytes).ShouldBe(report);
        report.FirstToken!.Mean.ShouldBe(log.Average(request => request.TokenTimes[0] - request.Start), 1e-12);
        report.TokensPerSecond.ShouldBe(
            30 / (log.Max(request => request.TokenTimes[^1]) - log.Min(request => request.Start)), 1e-9);
        result.Scores["entropy"].ShouldAllBe(entropy => entropy > 0.1 && entropy < 10);
        result.Scores["end_to_end"].Average().ShouldBe(report.EndToEnd!.Mean, 1e-12);
    }

    [Fact]
    public async Task PassAtK_SampledAnswers_FollowFromTheirCountsAndTheSeed()
    {
        using var model = ModelUnderTest.Open(DebianMmlu.Directory, options: Load);
        using var weights = CausalLanguageModel.Load(DebianMmlu.Directory, Load);
        await using var engine = new GenerationEngine(weights, new GenerationOptions { MaxBatch = 6 });
        var task = new EvaluationTask
        {
            Name = "letters",
            Output = OutputType.GenerateUntil,
            Questions = [.. Enumerable.Range(0, 3)
                .Select(i => new TaskDocument { Id = $"{i}", Text = $"Package {i}:", Target = "e" })],
            Generation = new([], 4),
            Metrics =
                [new("holds", Score: (document, answer) => answer.Contains(document.Target, StringComparison.Ordinal)
                    ? 1 : 0)],
        };
        var runner = new SampledRunner(engine, model.Encoder, new PromptBuilder(new PromptOptions()))
        {
            Samples = 6,
            Temperature = 1,
            Seed = 5,
        };
        var (result, answers) = await runner.RunAsync(task, [1, 3, 6], null, TestContext.Current.CancellationToken);
        for (var i = 0; i < 3; i++)
        {
            var right = answers[i].Count(answer => answer.Contains('e'));
            answers[i].Distinct().Count().ShouldBeGreaterThan(1);
            result.Scores["pass@1"][i].ShouldBe(right / 6.0, 1e-12);
            result.Scores["pass@6"][i].ShouldBe(right > 0 ? 1 : 0);
            result.Scores["pass@3"][i].ShouldBe(1 - (Choose(6 - right, 3) / Choose(6, 3)), 1e-12);
        }

        (await runner.RunAsync(task, [1], null, TestContext.Current.CancellationToken)).Answers.ShouldBe(answers);
        (await Should.ThrowAsync<ArgumentException>(
            () => runner.RunAsync(task, [7], null, TestContext.Current.CancellationToken))).Message.ShouldContain(
            "from 1 to 6");
    }

    private static double Choose(int n, int k) =>
        k > n ? 0 : Enumerable.Range(0, k).Aggregate(1.0, (product, i) => product * (n - i) / (i + 1));
}
