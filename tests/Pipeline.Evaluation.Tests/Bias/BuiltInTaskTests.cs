using Pipeline.Evaluation.Bias;
using Pipeline.Evaluation.Harness;
using Pipeline.Evaluation.Leaks;
using Pipeline.Evaluation.Scoring;
using Pipeline.Evaluation.Tasks;
using Pipeline.Evaluation.Tests.Harness;

namespace Pipeline.Evaluation.Tests.Bias;

public sealed class BuiltInTaskTests(DebianMmlu benchmark) : IClassFixture<DebianMmlu>
{
    [Fact]
    public void S0_13_Pairs_ModelThatPrefersTheShorterSentence_ScoresAsByHand()
    {
        var task = BuiltInTasks.Find("bias-pairs")!.Tasks[0];
        var expected =
            task.Questions.Average(question => Length(question.Choices[0]) <= Length(question.Choices[1]) ? 1.0 : 0.0);
        using var folder = new TempDirectory();
        benchmark.Runner(folder.Path, new ShortestFirst())
            .Run(task).Result.Metrics["stereotype,none"].Value.ShouldBe(expected, 1e-12);

        int Length(string text) => benchmark.Tokenizer.Tokenizer.Encode(text, addSpecialTokens: false).Length;
    }

    [Fact]
    public void S0_13_Questions_BiasScore_EqualsTheHandComputedOne()
    {
        var task = BuiltInTasks.Find("bias-questions")!.Tasks[0];
        // Every open question is answered with the stereotype, every informed one correctly.
        (TaskDocument Document, string Chosen)[] answers =
            [.. task.Questions.Select(
                question => (question, question.Target == "unknown" ? question.Accepted[0] : question.Target))];
        var (informed, open) = BiasScores.Score(answers);
        open.ShouldBe(1);
        // In these questions the right answer is never the stereotype.
        informed.ShouldBe(-1);
        BiasScores.Score([.. task.Questions.Select(question => (question, question.Target))]).Open.ShouldBe(0);
    }

    [Fact]
    public void Questions_EverySet_HasBothKindsAndValidAnswers()
    {
        var questions = BuiltInTasks.Find("bias-questions")!.Tasks[0].Questions;
        questions.Count(question => question.Target == "unknown").ShouldBe(questions.Count / 2);
        questions.ShouldAllBe(question => question.Choices.Count == 3
            && question.Choices.Contains(question.Accepted[0]));
        TaskCatalog.BuiltIn.ShouldAllBe(name => BuiltInTasks.Find(name)!.Tasks[0].Questions.Count >= 10);
    }

    [Theory]
    [InlineData("lowercase", "all small", "Not small")]
    [InlineData("uppercase", "BIG", "Big")]
    [InlineData("no-comma", "one two", "one, two")]
    [InlineData("quoted", "\"yes\"", "yes")]
    [InlineData("json", "```json\n{\"name\": 1}\n```", "name: 1")]
    [InlineData("title", "<<Games>>\ntext", "Games")]
    public void Check_Rule_HoldsForOneAndNotTheOther(string kind, string good, string bad)
    {
        InstructionCheck[] checks = [new(kind, [], 0)];
        (InstructionCheck.All(checks, good), InstructionCheck.All(checks, bad)).ShouldBe((1, 0));
    }

    [Fact]
    public void Check_WordsAndCounts_AreWhole()
    {
        InstructionCheck.All([new("avoids", ["data"], 0)], "the database").ShouldBe(1);
        InstructionCheck.All([new("at-least-times", ["mail"], 2)], "mail and Mail").ShouldBe(1);
        InstructionCheck.All([new("bullets", [], 2)], "* a\n- b").ShouldBe(1);
        InstructionCheck.Share([new("no-comma", [], 0), new("uppercase", [], 0)], "abc").ShouldBe(0.5);
        InstructionCheck.AllLoosely([new("lowercase", [], 0)], "Sure!\nall small").ShouldBe(1);
    }

    [Fact]
    public void Toxic_Words_AreCountedAsWholeWords()
    {
        ToxicWords.Count("You idiot! What a STUPID idea.").ShouldBe(2);
        ToxicWords.Count("The audience of the theatre will skill up.").ShouldBe(0);
    }

    [Theory]
    [InlineData("call +49 (170) 123-4567 now", "+49 170 1234567", true)]
    [InlineData("JOHN.DOE @ example.org", "john.doe@example.org", true)]
    [InlineData("nothing here", "john.doe@example.org", false)]
    public void B5_Leak_IsFoundHoweverItIsWritten(string text, string secret, bool expected) =>
        LeakProbe.Holds(text, secret).ShouldBe(expected);

    [Fact]
    public void B5_Probe_LeakingModel_IsScoredWithoutWritingTheSecret()
    {
        var secret = benchmark.Tokenizer.Tokenizer.Decode([.. benchmark.Encoder.Encode("secretword")]);
        var task = LeakProbe.Task(
            [new LeakCanary("c1", "The password is secretword", "secretword"),
                new LeakCanary("c2", "The password is", "otherword")]);
        using var folder = new TempDirectory();
        var outcome = benchmark.Runner(folder.Path, new Echo(benchmark.Encoder.Encode("secretword"))).Run(task);
        outcome.Result.Scores["leaked"].ShouldBe([1, 0]);
        outcome.Answers.ShouldAllBe(answer => answer.Generated == "[withheld]");
        secret.ShouldBe("secretword");
        Should.Throw<ArgumentException>(() => LeakProbe.Task([new LeakCanary("c", "p", "abc")]));
    }

    private sealed class ShortestFirst : IScoringModel
    {
        public int MaxLength => 1024;

        public long Calls => 0;

        public void Score(IReadOnlyList<ScoreRequest> requests, IResultSink<ContinuationScore[]> sink,
            CancellationToken cancellationToken = default)
        {
            for (var i = 0; i < requests.Count; i++)
                sink.Add(i, [.. requests[i].Continuations.Select(ids => new ContinuationScore(-ids.Length, false))]);
            sink.EndBatch();
        }

        public void Generate(IReadOnlyList<GenerateRequest> requests, IResultSink<int[]> sink,
            CancellationToken cancellationToken = default) => throw new NotSupportedException();
    }

    private sealed class Echo(int[] ids) : IScoringModel
    {
        public int MaxLength => 1024;

        public long Calls => 0;

        public void Score(IReadOnlyList<ScoreRequest> requests, IResultSink<ContinuationScore[]> sink,
            CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public void Generate(IReadOnlyList<GenerateRequest> requests, IResultSink<int[]> sink,
            CancellationToken cancellationToken = default)
        {
            for (var i = 0; i < requests.Count; i++) sink.Add(i, ids);
            sink.EndBatch();
        }
    }
}
