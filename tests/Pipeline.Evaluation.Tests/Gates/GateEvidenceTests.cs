using Pipeline.Evaluation.Gates;
using Pipeline.Evaluation.Results;
using static Pipeline.Evaluation.Tests.Gates.GateData;

namespace Pipeline.Evaluation.Tests.Gates;

/// <summary>
/// B54, I-16: a metric that is missing or cannot be trusted is a fail with its reason, never a default.
/// </summary>
public sealed class GateEvidenceTests
{
    private static readonly double[] Good = [.. Enumerable.Range(0, 1000).Select(i => i % 2 == 0 ? 1.0 : 0.0)];

    [Fact]
    public void B54_NothingWrong_Passes() => Decide(Set(Rule()), Good, Good).Verdict.ShouldBe(GateVerdict.Pass);

    [Fact]
    public void B54_MissingTask_Fails() =>
        Refused(Run(Scored(Good, "other")), Run(Scored(Good)), "the candidate has no result for 'mmlu'");

    [Fact]
    public void B54_MissingBaseline_Fails() =>
        Refused(Run(Scored(Good)), Run(), "the arm 'base' has no result for 'mmlu'");

    [Fact]
    public void B54_MissingArm_Fails() =>
        GateEvaluator.Evaluate(
            Set(Rule()), Run(Scored(Good)), new Dictionary<string, EvaluationResults>()).Outcomes[0].Reason
            .ShouldContain("no evaluation of the arm 'base'");

    [Fact]
    public void B54_MissingMetric_Fails() =>
        Refused(Run(Scored(Good, metric: "acc_norm")), Run(Scored(Good)), "the candidate has no metric 'acc'");

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void B54_NotANumber_Fails(double value)
    {
        double[] scores = [.. Good];
        scores[7] = value;
        Refused(Run(Scored(scores)), Run(Scored(Good)), "that is no number");
    }

    [Fact]
    public void B54_NegativeError_Fails()
    {
        var task =
            Scored(Good) with { Metrics = new Dictionary<string, MetricValue> { ["acc,none"] = new(0.5, -0.01) } };
        Problem(Run(task), Run(Scored(Good)), "standard error of -0.01");
    }

    [Fact]
    public void B54_DuplicateQuestion_Fails()
    {
        var task = Scored(Good);
        Refused(Run(task with { Ids = [.. task.Ids.Skip(1), task.Ids[1]] }), Run(Scored(Good)),
            "answers a question of 'mmlu' twice");
    }

    [Fact]
    public void B54_DuplicateTask_Fails() =>
        Problem(Run(Scored(Good), Scored(Good)), Run(Scored(Good)), "the candidate has 'mmlu' twice");

    [Fact]
    public void B54_OtherNumberOfQuestions_Fails() =>
        Refused(Run(Scored(Good[..999])), Run(Scored(Good)),
            "1000 questions for the arm 'base' and 999 for the candidate");

    [Fact]
    public void B54_FewerAnswersThanAsked_Fails() =>
        Problem(Run(Scored(Good) with { Effective = 1001, Original = 1001 }), Run(Scored(Good)),
            "answers 1000 of 1001 questions");

    [Fact]
    public void B54_LimitedEvaluation_Fails() =>
        Problem(Run(Scored(Good) with { Original = 14042 }), Run(Scored(Good)), "limited to 1000 of 14042");

    [Fact]
    public void B54_TooFewQuestions_Fails() =>
        GateEvaluator.Evaluate(Set(Rule() with { MinimumQuestions = 14042 }), Run(Scored(Good)),
            Arms(Run(Scored(Good)))).Outcomes[0].Reason
            .ShouldContain("fewer than the 14042");

    [Fact]
    public void B54_ExtraSubject_Fails()
    {
        var extra = Scored(Good, "mmlu_extra") with { Groups = ["mmlu"] };
        Refused(Run(Scored(Good), extra), Run(Scored(Good)), "subject 'mmlu_extra', which the arm 'base' lacks");
    }

    [Fact]
    public void B54_ForeignBaseline_Fails()
    {
        var foreign = Run(Scored(Good)) with
        { Model = new ModelIdentity { BaseModel = "another", Precision = "Float32" } };
        Problem(Run(Scored(Good)), foreign, "evaluated with base model another");
    }

    [Fact]
    public void B54_OtherPromptsOrQuestions_Fail()
    {
        Problem(Run(Scored(Good) with { TaskDigest = "x" }), Run(Scored(Good)), "other questions");
        Problem(Run(Scored(Good) with { PromptDigest = "x" }), Run(Scored(Good)), "other prompts");
    }

    [Fact]
    public void B54_EditedAggregate_Fails()
    {
        var task =
            Scored(Good) with { Metrics = new Dictionary<string, MetricValue> { ["acc,none"] = new(0.9, 0.01) } };
        Problem(Run(task), Run(Scored(Good)), "its questions give 0.5");
    }

    [Fact]
    public void B54_OtherHarnessOrPrecision_Fails()
    {
        Problem(Run(Scored(Good)) with { Harness = "2" }, Run(Scored(Good)), "harness 1, the candidate by 2");
        var half =
            Run(Scored(Good)) with { Model = new ModelIdentity { BaseModel = "base-digest", Precision = "BFloat16" } };
        Problem(half, Run(Scored(Good)), "computed in Float32, the candidate in BFloat16");
    }

    [Fact]
    public void B19_NoBatchSelfTest_Fails()
    {
        Problem(Run(Scored(Good)) with { BatchInvariant = null }, Run(Scored(Good)), "no batch-size self-test");
        Problem(Run(Scored(Good)) with { BatchInvariant = false }, Run(Scored(Good)), "a failed batch-size self-test");
    }

    [Fact]
    public void S1_28_EvaluationOfAnotherAdapter_Fails() =>
        GateEvaluator.Evaluate(Set(Rule()), Run(Scored(Good)), Arms(Run(Scored(Good))), adapter: "artefact").Problems
            .ShouldHaveSingleItem().ShouldContain("the artefact is artefact");

    [Fact]
    public void I16_EmptyGateSet_Fails() =>
        GateEvaluator.Evaluate(Set(), Run(Scored(Good)), Arms(Run(Scored(Good)))).Verdict.ShouldBe(GateVerdict.Fail);

    private static void Refused(EvaluationResults candidate, EvaluationResults baseline, string reason)
    {
        var report = GateEvaluator.Evaluate(Set(Rule()), candidate, Arms(baseline));
        report.Verdict.ShouldBe(GateVerdict.Fail);
        report.Outcomes[0].Reason.ShouldContain(reason);
    }

    private static void Problem(EvaluationResults candidate, EvaluationResults baseline, string reason)
    {
        var report = GateEvaluator.Evaluate(Set(Rule()), candidate, Arms(baseline));
        report.Verdict.ShouldBe(GateVerdict.Fail);
        report.Problems.ShouldContain(problem => problem.Contains(reason), string.Join("; ", report.Problems));
    }
}
