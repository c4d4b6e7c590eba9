using System.Text.Json.Nodes;
using Pipeline.Evaluation.Gates;
using static Pipeline.Evaluation.Tests.Gates.GateData;

namespace Pipeline.Evaluation.Tests.Gates;

public sealed class GateVerdictTests
{
    [Theory]
    [InlineData(0.0, GateVerdict.Pass)]
    [InlineData(2.0, GateVerdict.Pass)]
    [InlineData(2.1, GateVerdict.Inconclusive)]
    [InlineData(3.0, GateVerdict.Inconclusive)]
    [InlineData(3.1, GateVerdict.Fail)]
    public void S1_26_Drop_AtTheEdges_IsDecidedInPoints(double points, GateVerdict expected)
    {
        var (before, after) = Drop(10000, points);
        var report = Decide(Set(Rule()), before, after);
        report.Verdict.ShouldBe(expected, report.Outcomes[0].Reason);
        report.Outcomes[0].Harm.ShouldBe(points);
        report.Outcomes[0].Lost.ShouldBe((int)Math.Round(points * 100));
        report.Outcomes[0].Difference!.Value.Contains(-points).ShouldBeTrue();
    }

    [Theory]
    [InlineData(GateKind.Drop, "drop 0,")]
    [InlineData(GateKind.Change, "change 0,")]
    [InlineData(GateKind.Gain, "gain 0,")]
    public void Reason_WhatRoundsToZero_HasNoSign(GateKind kind, string expected)
    {
        // One more and one fewer right answer among 30,000: 0.003 points either way.
        double[] before = [.. Enumerable.Range(0, 30_000).Select(i => i < 15_000 ? 1.0 : 0.0)];
        foreach (var changed in new[] { 0, 29_999 })
        {
            double[] after = [.. before.Select((score, i) => i == changed ? 1 - score : score)];
            var reason = Decide(Set(Rule(kind)), before, after).Outcomes[0].Reason;
            reason.ShouldStartWith(expected);
            reason.ShouldNotContain("-0,");
        }
    }

    [Fact]
    public void S1_26_Drop_InPercentOfTheBase_IsNotWhatCounts()
    {
        // From 50 % to 48 % is 2 points, though 4 % of the base's score.
        var (before, after) = Drop(10000, 2);
        Decide(Set(Rule()), before, after).Verdict.ShouldBe(GateVerdict.Pass);
    }

    [Fact]
    public void Drop_SmallMeasuredWithWideBound_IsInconclusiveAndSaysHowManyQuestionsDecide()
    {
        // 100 questions, 10 lost and 9 gained: 1 point measured, but the bound is far beyond 3.
        double[] before = [.. Enumerable.Range(0, 100).Select(i => i < 50 ? 1.0 : 0.0)];
        double[] after = [.. before.Select((score, i) => i < 10 || i is >= 50 and < 59 ? 1 - score : score)];
        var outcome = Decide(Set(Rule()), before, after).Outcomes[0];
        outcome.Verdict.ShouldBe(GateVerdict.Inconclusive);
        // 1.645² · 0.1899 · 100² / (3 - 1)²
        outcome.QuestionsToDecide.ShouldBe((int)Math.Ceiling(Math.Pow(1.6448536269514722, 2) * 0.1899 * 10000 / 4));
        outcome.Reason.ShouldContain($"about {outcome.QuestionsToDecide} questions would decide");
    }

    [Fact]
    public void Drop_ThatManyQuestionsAtTheSameRates_DecidesToPass()
    {
        double[] before = [.. Enumerable.Range(0, 100).Select(i => i < 50 ? 1.0 : 0.0)];
        double[] after = [.. before.Select((score, i) => i < 10 || i is >= 50 and < 59 ? 1 - score : score)];
        var needed = Decide(Set(Rule()), before, after).Outcomes[0].QuestionsToDecide!.Value;
        var times = (needed + 99) / 100;
        double[] Repeat(double[] scores) => [.. Enumerable.Range(0, times).SelectMany(_ => scores)];
        Decide(Set(Rule()), Repeat(before), Repeat(after)).Verdict.ShouldBe(GateVerdict.Pass);
    }

    [Fact]
    public void S1_30_Gain_FormatFixedButContentUnchanged_Fails()
    {
        // After normalisation of the format the same answers are right as with the prompt: nothing was learned.
        double[] content = [.. Enumerable.Range(0, 200).Select(i => i % 3 == 0 ? 1.0 : 0.0)];
        var report = Decide(Set(Rule(GateKind.Gain, 0, 0)), content, content);
        report.Verdict.ShouldBe(GateVerdict.Fail);
        report.Outcomes[0].P.ShouldBe(1);
        report.Outcomes[0].Difference!.Value.ShouldBe(new(0, 0));
    }

    [Fact]
    public void S1_30_Gain_AgainstBaseAndBasePlusPrompt_NeedsBoth()
    {
        double[] Scores(int right) => [.. Enumerable.Range(0, 400).Select(i => i < right ? 1.0 : 0.0)];
        var set = Set(Rule(GateKind.Gain, 0, 0) with { Name = "base" },
            Rule(GateKind.Gain, 0, 0) with { Name = "prompt", Against = "base+prompt" });
        var arms = Arms(Run(Scored(Scores(100))));
        var candidate = Run(Scored(Scores(300)));
        GateEvaluator.Evaluate(set, candidate, arms).Outcomes[1].Reason.ShouldContain(
            "no evaluation of the arm 'base+prompt'");
        arms["base+prompt"] = Run(Scored(Scores(200)));
        GateEvaluator.Evaluate(set, candidate, arms).Verdict.ShouldBe(GateVerdict.Pass);
        arms["base+prompt"] = Run(Scored(Scores(300)));
        GateEvaluator.Evaluate(set, candidate, arms).Verdict.ShouldBe(GateVerdict.Fail);
        arms["base+prompt"] = Run(Scored(Scores(299)));
        GateEvaluator.Evaluate(set, candidate, arms).Verdict.ShouldBe(GateVerdict.Inconclusive);
    }

    [Theory]
    [InlineData(0.30, GateVerdict.Pass)]
    [InlineData(0.31, GateVerdict.Fail)]
    public void S1_31_Judged_DropAtTheEdge_IsDecidedByTheMean(double drop, GateVerdict expected)
    {
        var rule = GateSetYaml.ForPurpose("style").Rules.Single(rule => rule.Name == "conversation") with
        { Task = "mmlu", Metric = "acc" };
        double[] before = [.. Enumerable.Range(0, 160).Select(i => 5.0 + i % 4)];
        double[] after = [.. before.Select((score, i) => score - drop + (i % 2 == 0 ? 1 : -1))];
        Decide(Set(rule), before, after).Verdict.ShouldBe(expected);
    }

    [Fact]
    public void S0_13_Change_BeyondTheBound_FailsInEitherDirection()
    {
        var rule = Rule(GateKind.Change, 3, 5);
        var (before, after) = Drop(5000, 6);
        Decide(Set(rule), before, after).Verdict.ShouldBe(GateVerdict.Fail);
        Decide(Set(rule), after, before).Verdict.ShouldBe(GateVerdict.Fail);
        Decide(Set(rule), before, before).Verdict.ShouldBe(GateVerdict.Pass);
    }

    [Theory]
    [InlineData(GateKind.Maximum, 0, 0, 0, GateVerdict.Pass)]
    [InlineData(GateKind.Maximum, 0, 0, 1, GateVerdict.Fail)]
    [InlineData(GateKind.Minimum, 10, 8, 11, GateVerdict.Pass)]
    [InlineData(GateKind.Minimum, 10, 8, 9, GateVerdict.Inconclusive)]
    [InlineData(GateKind.Minimum, 10, 8, 7, GateVerdict.Fail)]
    public void Limit_Value_IsHeldAgainstTheMargins(
        GateKind kind, double warn, double fail, double value, GateVerdict expected)
    {
        var rule = Rule(kind, warn, fail) with { Scale = 1 };
        GateEvaluator.Evaluate(Set(rule), Run(Scored([value])), Arms(Run(Scored([0])))).Verdict.ShouldBe(expected);
    }

    [Fact]
    public void S1_32_FailedKnowledge_RecommendsLowerRateAndFewerEpochs()
    {
        var set = GateSetYaml.ForPurpose("task") with
        { Rules = [GateSetYaml.ForPurpose("task").Rules[0] with { Task = "mmlu", MinimumQuestions = 1 }] };
        var (before, after) = Drop(10000, 8);
        var input = JsonNode.Parse("""{"train":{"learningRate":0.003,"epochs":2,"seed":1},"recipe":"harmful"}""")!
            .AsObject();
        var report = Decide(set, before, after);
        var proposal = RetrainProposal.Of(set, report, input, attempt: 0)!;
        proposal.Differences.Select(change => (change.Path, change.Before, Math.Round(change.After, 9)))
            .ShouldBe([("train.learningRate", 0.003, 0.0009), ("train.epochs", 2, 1)]);
        proposal.Input["train"]!["epochs"]!.GetValue<long>().ShouldBe(1);
        proposal.Input["recipe"]!.GetValue<string>().ShouldBe("harmful");
        proposal.Automatic.ShouldBeTrue();
        input["train"]!["epochs"]!.GetValue<int>().ShouldBe(2);
        RetrainProposal.Of(set, report, input, attempt: set.MaxAutomaticRetrains)!.Automatic.ShouldBeFalse();
    }

    [Fact]
    public void S1_32_FailedJudgement_RecommendsASmallerReviewedSet()
    {
        var rule = GateSetYaml.ForPurpose("style").Rules.Single(rule => rule.Name == "conversation");
        rule.Recommend.ShouldHaveSingleItem().Path.ShouldBe("dataset.maxTrainRows");
        rule.Recommend[0].Apply(4000).ShouldBe(2000);
        rule.Advice.ShouldContain("review the training rows");
    }

    [Fact]
    public void S1_32_PassedGate_RecommendsNothing()
    {
        var (before, after) = Drop(10000, 0);
        RetrainProposal.Of(Set(Rule()), Decide(Set(Rule()), before, after), [], 0).ShouldBeNull();
    }

    [Fact]
    public void S1_41_Purposes_DifferInGatesAndRank()
    {
        var sets = GateSetYaml.BuiltIn.Select(GateSetYaml.ForPurpose).ToList();
        sets.Select(set => set.RankHint).ShouldBe([16, 64, 8]);
        sets.Select(set => string.Join(' ', set.Rules.Select(rule => rule.Name))).Distinct().Count().ShouldBe(3);
        sets.Select(set => set.Rules.First(rule => rule.Name == "knowledge").Fail).ShouldBe([3, 3, 2]);
    }

    [Fact]
    public void F47_NoDecision_IsNoPass() => default(GateVerdict).ShouldBe(GateVerdict.Fail);

    [Fact]
    public void Evidence_AnyChange_ChangesTheDigest()
    {
        var (before, after) = Drop(1000, 1);
        var first = Decide(Set(Rule()), before, after).Evidence;
        Decide(Set(Rule()), before, after).Evidence.Digest.ShouldBe(first.Digest);
        Decide(Set(Rule(fail: 4)), before, after).Evidence.Digest.ShouldNotBe(first.Digest);
        after[999] = 1;
        Decide(Set(Rule()), before, after).Evidence.Digest.ShouldNotBe(first.Digest);
        first.Tasks["mmlu"].ShouldBe("task-digest");
    }
}
