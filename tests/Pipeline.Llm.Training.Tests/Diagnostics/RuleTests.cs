using Pipeline.Llm.Training.Data;
using Pipeline.Llm.Training.Diagnostics;
using static TorchSharp.torch;

namespace Pipeline.Llm.Training.Tests.Diagnostics;

public sealed class RuleTests
{
    [Fact]
    public void LossScale_Overflow_HalvesAndManyGoodStepsDouble()
    {
        var scale = new LossScale { Value = 1024 }.After(isFinite: false);
        (scale.Value, scale.Overflows).ShouldBe((512, 1));
        for (var step = 0; step < LossScale.GrowthInterval; step++)
        {
            scale = scale.After(isFinite: true);
        }

        (scale.Value, scale.GoodSteps).ShouldBe((1024, 0));
    }

    [Fact]
    public void S2_24_WeightRatio_OfRandomFactors_EqualsTheFormedProduct()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(1);
        var (a, b, w) = (randn([4, 30], generator: generator), randn([20, 4], generator: generator),
            randn([20, 30], generator: generator));
        var norm = linalg.vector_norm(w).item<float>();
        var expected = linalg.vector_norm(b.matmul(a) * 2).item<float>() / norm;
        WeightRatio.Of(a, b, 2, norm).ShouldBe(expected, 1e-5);
    }

    [Fact]
    public void BestTracker_NotFiniteMetric_IsNeverBest()
    {
        var tracker = new BestTracker(false, null, 0, null);
        tracker.Add(new(), new(1, double.NaN)).IsBest.ShouldBeFalse();
        tracker.Add(new(), new(1, 2.0)).IsBest.ShouldBeTrue();
    }

    [Fact]
    public void DivergenceRule_LossAboveTheStart_IsComparedWithTheUntrainedWeights()
    {
        var (state, _) = DivergenceRule.Add(new(), 6.7);
        DivergenceRule.IsSuspicious(state, 3, 9.4).ShouldBeTrue();
        DivergenceRule.IsSuspicious(state, 3, 7.0).ShouldBeFalse();
        DivergenceRule.IsSuspicious(state, 51, 9.4).ShouldBeFalse();
        DivergenceRule.Compare(9.4, 6.5).ShouldNotBeNull();
        DivergenceRule.Compare(9.4, 8.9).ShouldBeNull("a hard batch is hard for the untrained weights too");
    }

    [Fact]
    public void S2_22_ErraticLoss_IsNoticedOnceAndASteadyOneNever()
    {
        var (erratic, steady) = (new ErraticLoss(), new ErraticLoss());
        Enumerable.Range(0, 60).Count(step => erratic.Add(step % 4 == 0 ? 9 : 0.5)).ShouldBe(1);
        Enumerable.Range(0, 60).Count(step => steady.Add(6 * Math.Exp(-step / 20.0) + (step % 3 * 0.1))).ShouldBe(0);
    }

    [Fact]
    public void S2_22_TerminatorAudit_FivePercentWithoutEnd_NamesRows()
    {
        var rows = Enumerable.Range(0, 100)
            .Select(i => new TrainingRow($"row-{i}", new([5, 6, i % 20 == 3 ? 8 : 2], [0, 1, 1]))).ToList();
        TerminatorAudit.Describe(new InMemoryTrainingData(rows))
            .ShouldBe("5 of 100 rows do not end with token 2: row-3, row-23, row-43, row-63, row-83");
        TerminatorAudit.Describe(new InMemoryTrainingData(rows.Where((_, i) => i % 20 != 3).ToList()))
            .ShouldStartWith("every row ends with token 2");
    }

    [Fact]
    public void DivergenceRule_NoisySmallLoss_IsNotADivergence()
    {
        var state = new DivergenceState();
        var random = new Random(4);
        for (var step = 0; step < 2000; step++)
        {
            (state, var finding) = DivergenceRule.Add(state, 0.05 + 0.3 * random.NextDouble());
            finding.ShouldBeNull();
        }
    }
}
