using Pipeline.Evaluation.Harness;
using Pipeline.Evaluation.Scoring;

namespace Pipeline.Evaluation.Tests.Harness;

/// <summary>
/// The benchmark of the shipped model: recorded log-likelihoods, and the fast way against the plain one.
/// </summary>
public sealed class DebianMmluParityTests(DebianMmlu benchmark) : IClassFixture<DebianMmlu>
{
    [Fact]
    public void S1_25_AllQuestions_EqualTheRecordedLikelihoods()
    {
        using var folder = new TempDirectory();
        var runner = benchmark.Runner(folder.Path);
        ShardOutcome[] shards = [.. DebianMmlu.Tasks.Tasks.Select(task => runner.Run(task))];
        AnsweredQuestion[] answers = [.. shards.SelectMany(shard => shard.Answers)];
        var recorded = FixtureJson.Lines("debian-mmlu/base-loglikelihoods.jsonl");
        answers.Length.ShouldBe(recorded.Count);
        var (right, largest) = (0, 0.0);
        foreach (var (answer, line) in answers.Zip(recorded))
        {
            var expected = line.Numbers("loglikelihoods");
            largest = Math.Max(largest, answer.LogLikelihoods.Zip(expected, (a, b) => Math.Abs(a - b)).Max());
            var sorted = expected.OrderDescending().ToArray();
            if (sorted[0] - sorted[1] > 2e-3)
                answer.Answers["none"].ShouldBe("ABCD"[line.Int("predicted")].ToString(), line.ToString());
            right += answer.Scores["acc,none"] == 1 ? 1 : 0;
        }

        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{right} of {answers.Length} right, largest difference {largest:E2}");
        largest.ShouldBeLessThan(1e-3);
        right.ShouldBeInRange(497, 501);
        var total = DebianMmlu.Tasks.Groups.Single(group => group.Name == "debian-mmlu")
            .Aggregate([.. shards.Select(shard => shard.Result)]);
        total.Metrics["acc,none"].Value.ShouldBe(right / 960.0, 1e-12);
        Fixtures.Compared("debian-mmlu (all questions)", answers.Length);
    }

    [Fact]
    public void Score_FastAndPlain_GiveTheSameAnswers()
    {
        var requests = benchmark.Requests(every: 60, most: 10);
        var (fast, plain) = (new LanguageModelScorer(benchmark.Model), new NaiveScorer(benchmark.Model));
        var (quick, slow) = (new ResultList<ContinuationScore[]>(requests.Length),
            new ResultList<ContinuationScore[]>(requests.Length));
        fast.Score(requests, quick);
        plain.Score(requests, slow);
        for (var i = 0; i < requests.Length; i++)
        {
            quick[i].Select(score => score.LogLikelihood).ToList()
                .ShouldMatch([.. slow[i].Select(score => score.LogLikelihood)], $"question {i}", 0, 1e-4);
            quick[i].Select(score => score.IsGreedy).ShouldBe(slow[i].Select(score => score.IsGreedy), $"question {i}");
        }

        Fixtures.Compared("debian-mmlu (fast against plain)", requests.Length);
    }

    [Fact]
    public void B19_BatchSize_DoesNotChangeAnswers()
    {
        var check =
            BatchInvariance.Check(new LanguageModelScorer(benchmark.Model), benchmark.Requests(every: 40, most: 16));
        check.Questions.ShouldBe(16);
        check.Holds().ShouldBeTrue($"{check}");
    }

    [Fact]
    public void Generate_FastAndPlain_WriteTheSameTokens()
    {
        var encoder = benchmark.Encoder;
        GenerateRequest[] requests = [.. DebianMmlu.Tasks.Tasks[0].Questions.Take(6).Select((question, i) =>
            new GenerateRequest(encoder.Encode(question.Text), 4 + i, ids => ids[^1] == encoder.End))];
        var (fast, plain) = (new ResultList<int[]>(6), new ResultList<int[]>(6));
        new LanguageModelScorer(benchmark.Model).Generate(requests, fast);
        new NaiveScorer(benchmark.Model).Generate(requests, plain);
        for (var i = 0; i < requests.Length; i++) fast[i].ShouldBe(plain[i], $"prompt {i}");
    }
}
