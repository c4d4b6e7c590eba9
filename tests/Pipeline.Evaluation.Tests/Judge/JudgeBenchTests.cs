using System.Net;
using System.Text;
using Pipeline.Evaluation.Gates;
using Pipeline.Evaluation.Harness;
using Pipeline.Evaluation.Judge;
using Pipeline.Evaluation.Metrics;
using Pipeline.Evaluation.Tests.Gates;

namespace Pipeline.Evaluation.Tests.Judge;

public sealed class JudgeBenchTests
{
    private static readonly JudgeQuestion Question = new("81", "writing", ["Write.", "Shorter."], []);

    [Fact]
    public async Task S1_31_Mark_UnreadableJudgement_IsAskedForAgain()
    {
        var judge = new Scripted("judge", "I like it.", "[[11]]", "Good. [[7]]", "Better [[8.5]]");
        var marks = await new JudgeBench(judge)
            .MarkAsync("model", [(Question, ["one", "two"])], CancellationToken.None);
        marks.Marks.ShouldBe([new TurnMark("81", 1, 7, 3), new TurnMark("81", 2, 8.5, 1)]);
        (marks.Mean, marks.Unreadable, marks.Judge).ShouldBe((7.75, 0, "judge"));
        marks.PromptDigest.Length.ShouldBe(64);
        // A judge that does not sample would repeat itself, so it is told what is missing.
        judge.Asked.Select(turns => turns.Length).ShouldBe([2, 4, 4, 2]);
        judge.Asked[1][2..].Select(turn => turn.Role).ShouldBe(["assistant", "user"]);
        judge.Asked[1][^1].Content.ShouldContain("no mark");
    }

    [Fact]
    public async Task S1_31_Mark_NeverReadable_IsCountedAndNotZero()
    {
        var judge = new Scripted("judge", "no", "no", "no", "[[9]]");
        var marks = await new JudgeBench(judge)
            .MarkAsync("model", [(Question, ["one", "two"])], CancellationToken.None);
        (marks.Mean, marks.Unreadable).ShouldBe((9, 1));
        var result = marks.ToTaskResult([Question]);
        double.IsNaN(result.Scores["score"][0]).ShouldBeTrue();
        var rule = new GateRule
        {
            Name = "conversation",
            Task = "mt-bench",
            Metric = "score",
            Scale = 1,
            Warn = 0.3,
            Fail = 0.3,
        };
        GateEvaluator.Evaluate(GateData.Set(rule), GateData.Run(result),
            GateData.Arms(GateData.Run(result))).Verdict.ShouldBe(GateVerdict.Fail);
    }

    [Fact]
    public async Task S1_31_Compare_JudgeThatPrefersTheFirst_GivesATie()
    {
        var results = await new JudgeBench(new Scripted("judge", "[[A]]", "[[A]]"))
            .CompareAsync("x", "y", [(Question, ["1", "2"], ["3", "4"])], CancellationToken.None);
        results.ShouldHaveSingleItem().ShouldBe(new PairwiseResult("81", 0.5, OrderDecided: true));
    }

    [Theory]
    [InlineData("[[A]]", "[[B]]", 1.0)]
    [InlineData("[[B]]", "[[A]]", 0.0)]
    [InlineData("[[C]]", "[[C]]", 0.5)]
    public async Task S1_31_Compare_SameWinnerInBothOrders_Wins(string straight, string swapped, double expected)
    {
        var results = await new JudgeBench(new Scripted("judge", straight, swapped))
            .CompareAsync("x", "y", [(Question, ["1", "2"], ["3", "4"])], CancellationToken.None);
        results[0].ShouldBe(new PairwiseResult("81", expected, OrderDecided: false));
    }

    [Fact]
    public async Task Judge_OfItself_IsRefused() =>
        (await Should.ThrowAsync<ArgumentException>(
            () => new JudgeBench(new Scripted("m")).MarkAsync("m", [], CancellationToken.None))).Message.ShouldContain(
            "would judge itself");

    [Fact]
    public async Task Answer_TwoTurns_SeeTheFirstAnswer()
    {
        var model = new Scripted("m", "first", "second");
        (await JudgeBench.AnswerAsync(model, Question, CancellationToken.None)).ShouldBe(["first", "second"]);
        model.Asked[1].Select(turn => turn.Content).ShouldBe(["Write.", "first", "Shorter."]);
    }

    [Fact]
    public void Agreement_JudgeAndPeople_IsKappaOfTheirChoices()
    {
        string[] people = ["A", "A", "B", "B", "C", "C"], judge = ["A", "A", "B", "C", "C", "C"];
        var report = new ClassificationReport(ConfusionMatrix.Of(people, judge));
        report.Accuracy.ShouldBe(5.0 / 6, 1e-12);
        report.Kappa().ShouldBe(0.75, 1e-12);
    }

    [Fact]
    public async Task Reply_OpenAiEndpoint_SendsTurnsAndReadsTheAnswer()
    {
        var handler =
            new Endpoint(HttpStatusCode.OK, """{"choices":[{"message":{"role":"assistant","content":"[[7]]"}}]}""");
        using var client = new HttpClient(handler) { BaseAddress = new Uri("http://gateway/v1/") };
        (await new OpenAiChatModel(client, "judge-1")
            .ReplyAsync([new ChatTurn("user", "hi <b>")], CancellationToken.None)).ShouldBe("[[7]]");
        handler.Path.ShouldBe("/v1/chat/completions");
        handler.Length.ShouldNotBeNull().ShouldBeGreaterThan(0);
        handler.Body.ShouldContain("\"model\":\"judge-1\"");
        handler.Body.ShouldContain("\"role\":\"user\"");
    }

    [Theory]
    [InlineData(HttpStatusCode.TooManyRequests, "{}")]
    [InlineData(HttpStatusCode.OK, "{\"choices\":[]}")]
    [InlineData(HttpStatusCode.OK, "<html>")]
    public async Task Reply_NoCompletion_SaysWhichEndpoint(HttpStatusCode status, string body)
    {
        using var client = new HttpClient(new Endpoint(status, body)) { BaseAddress = new Uri("http://gateway/v1/") };
        (await Should.ThrowAsync<HttpRequestException>(
            () => new OpenAiChatModel(client, "j").ReplyAsync([new("user", "x")], CancellationToken.None))).Message
            .ShouldContain("gateway/v1/chat/completions");
    }

    [Fact]
    public void Load_QuestionsOfTwoTurns_AreReadAndChecked()
    {
        using var folder = new TempDirectory();
        var path = folder.Combine("question.jsonl");
        File.WriteAllLines(
            path, Enumerable.Range(81, 80).Select(
                id => $$"""{"question_id":{{id}},"category":"math","turns":["a","b"],"reference":["1","2"]}"""));
        var questions = JudgeQuestion.Load(path);
        (questions.Count, questions.Sum(question => question.Turns.Count)).ShouldBe((80, 160));
        File.AppendAllText(path, "{\"question_id\":81,\"turns\":[\"a\"]}\n");
        Should.Throw<TaskFormatException>(() => JudgeQuestion.Load(path)).Message.ShouldContain("'81' occurs twice");
    }

    [Fact]
    public void S1_31_BuiltIn_EightyQuestionsOfTwoTurnsInEightCategories()
    {
        var questions = JudgeQuestion.BuiltIn();
        (questions.Count, questions.Select(question => question.Id).Distinct().Count()).ShouldBe((80, 80));
        questions.ShouldAllBe(question => question.Turns.Count == 2
            && (question.References.Count == 0 || question.References.Count == 2));
        questions.CountBy(question => question.Category).ShouldAllBe(pair => pair.Value == 10);
        questions.Select(question => question.Category).Distinct().Count().ShouldBe(8);
    }

    [Theory]
    [InlineData("no", "no JSON")]
    [InlineData("""{"turns":["q"],"first":["a"],"second":["b","c"],"person":"A"}""", "2 second answers")]
    [InlineData("""{"turns":["q"],"first":["a"],"second":["b"],"person":"x"}""", "'person' is 'x'")]
    [InlineData("""{"turns":["q"],"first":["a"],"person":"A"}""", "'second'")]
    public void Comparison_WrongRow_NamesIt(string line, string reason) =>
        Should.Throw<TaskFormatException>(
            () => LabelledComparison.Of(line, "labels.jsonl, row 3")).Message.ShouldContain(reason);

    private sealed class Scripted(string id, params string[] replies) : IChatModel
    {
        private int _next;

        public string Id => id;

        public List<ChatTurn[]> Asked { get; } = [];

        public Task<string> ReplyAsync(IReadOnlyList<ChatTurn> turns, CancellationToken cancellationToken)
        {
            Asked.Add([.. turns]);
            return Task.FromResult(replies[_next++]);
        }
    }

    private sealed class Endpoint(HttpStatusCode status, string reply) : HttpMessageHandler
    {
        public string? Path { get; private set; }

        public string Body { get; private set; } = "";

        public long? Length { get; private set; }

        protected override async Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Path = request.RequestUri?.AbsolutePath;
            Length = request.Content?.Headers.ContentLength;
            Body = request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken);
            return new HttpResponseMessage(status)
            {
                Content = new StringContent(reply, Encoding.UTF8, "application/json"),
            };
        }
    }
}
