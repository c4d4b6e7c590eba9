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
        var (a, b, w) = (randn([4, 30], generator: generator), randn([20, 4], generator: generator), randn([20, 30], generator: generator));
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
