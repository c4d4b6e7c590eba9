using Pipeline.Evaluation.Harness;

namespace Pipeline.Evaluation.Tests.Harness;

public sealed class EvaluationRunnerTests(DebianMmlu benchmark) : IClassFixture<DebianMmlu>
{
    private static EvaluationTask Task => DebianMmlu.Tasks.Tasks[2];

    [Fact]
    public void S0_11_SecondRun_MakesNoModelCall()
    {
        using var folder = new TempDirectory();
        var model = new CountingModel();
        var first = benchmark.Runner(folder.Path, model).Run(Task);
        var calls = model.Calls;
        calls.ShouldBeGreaterThan(0);
        var second = benchmark.Runner(folder.Path, model).Run(Task);
        model.Calls.ShouldBe(calls);
        (first.FromCache, second.FromCache).ShouldBe((false, true));
        second.Result.Scores["acc"].ShouldBe(first.Result.Scores["acc"]);
        second.Result.PromptDigest.ShouldBe(first.Result.PromptDigest);
    }

    [Fact]
    public void S0_11_OtherPromptShotsOrModel_AreAskedAgain()
    {
        using var folder = new TempDirectory();
        var model = new CountingModel();
        benchmark.Runner(folder.Path, model).Run(Task);
        var calls = model.Calls;
        benchmark.Runner(folder.Path, model, new PromptOptions { Shots = 2 }).Run(Task).FromCache.ShouldBeFalse();
        model.Calls.ShouldBeGreaterThan(calls);
    }

    [Fact]
    public void F46_BreakdownAtAQuestion_ResumesThereWithTheSameFile()
    {
        using var whole = new TempDirectory();
        using var broken = new TempDirectory();
        var expected = benchmark.Runner(whole.Path, new CountingModel()).Run(Task);
        Should.Throw<IOException>(() => benchmark.Runner(broken.Path, new CountingModel(breaksAfter: 5)).Run(Task));
        var resumed = new CountingModel();
        var outcome = benchmark.Runner(broken.Path, resumed).Run(Task);
        resumed.Questions.ShouldBe(Task.Questions.Count - 5 * 7);
        File.ReadAllBytes(outcome.AnswersFile).ShouldBe(File.ReadAllBytes(expected.AnswersFile));
        Directory.GetFiles(broken.Path, "*.part").ShouldBeEmpty();
    }

    [Fact]
    public void F46_HalfWrittenLine_IsAskedAgain()
    {
        using var folder = new TempDirectory();
        Should.Throw<IOException>(() => benchmark.Runner(folder.Path, new CountingModel(breaksAfter: 3)).Run(Task));
        var log = Directory.GetFiles(folder.Path, "*.part").ShouldHaveSingleItem();
        using (var stream = new FileStream(log, FileMode.Open)) stream.SetLength(stream.Length - 20);
        var model = new CountingModel();
        benchmark.Runner(folder.Path, model).Run(Task).Answers.Count.ShouldBe(120);
        // The batch of the damaged answer is asked as a whole, so that its numbers stay the same.
        model.Questions.ShouldBe(120 - 2 * 7);
    }

    [Fact]
    public void S2_10_Answers_HoldPromptPredictionReferenceAndScore()
    {
        using var folder = new TempDirectory();
        var outcome = benchmark.Runner(folder.Path, new CountingModel()).Run(Task);
        var answer = outcome.Answers[3];
        answer.Prompt.Length.ShouldBe(64);
        answer.Context.ShouldEndWith("Answer:");
        "ABCD".ShouldContain(answer.Target);
        "ABCD".ShouldContain(answer.Answers["none"]);
        outcome.Answers.Average(item => item.Scores["acc,none"])
            .ShouldBe(outcome.Result.Metrics["acc,none"].Value, 1e-12);
        outcome.Result.Ids.Distinct().Count().ShouldBe(120);
    }

    [Fact]
    public void Limit_Few_AsksOnlyThoseAndSaysSo()
    {
        using var folder = new TempDirectory();
        var result = benchmark.Runner(folder.Path, new CountingModel(), new PromptOptions { Limit = 10 })
            .Run(Task).Result;
        (result.Original, result.Effective, result.Ids.Count).ShouldBe((120, 10, 10));
    }
}
