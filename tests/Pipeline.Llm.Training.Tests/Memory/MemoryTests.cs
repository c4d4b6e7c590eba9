using Pipeline.Llm.Training.Memory;

namespace Pipeline.Llm.Training.Tests.Memory;

public sealed class MemoryTests
{
    // Llama 7B: 32 layers of 4096; Llama 65B: 80 layers of 8192.
    private static readonly ModelFootprint Seven = new()
    {
        Parameters = 7.0e9,
        LinearParameters = 6.476e9,
        Layers = 32,
        Hidden = 4096,
        KeyValue = 4096,
        Intermediate = 11008,
        Vocabulary = 32000,
    };

    private static readonly ModelFootprint SixtyFive = new()
    {
        Parameters = 65.2e9,
        LinearParameters = 64.7e9,
        Layers = 80,
        Hidden = 8192,
        KeyValue = 8192,
        Intermediate = 22016,
        Vocabulary = 32000,
    };

    [Fact]
    public void S1_02_FullFineTune_OfSevenBillion_Needs16BytesAParameter()
    {
        var estimate = MemoryEstimator.Estimate(new() { Model = Seven, Method = TuningMethod.Full });
        estimate.States.ShouldBe(112e9, 1.12e9);
        estimate.Weights.ShouldBe(14e9);
        estimate.Gradients.ShouldBe(14e9);
        estimate.Optimizer.ShouldBe(84e9);
        var lora = MemoryEstimator.Estimate(new() { Model = Seven, AdapterParameters = 40e6 });
        lora.ToString().ShouldContain("weights 14.16 + gradients 0.16 + optimizer 0.32 + activations");
    }

    [Theory]
    [InlineData(7, 23, TuningMethod.QLora)]
    [InlineData(7, 25, TuningMethod.Lora)]
    [InlineData(65, 48, TuningMethod.QLora)]
    [InlineData(65, 192, TuningMethod.Lora)]
    public void S1_07_Automatic_ForAMemory_ChoosesTheMethod(int billions, double gigabytes, TuningMethod expected)
    {
        var request = new MemoryRequest
        {
            Model = billions == 7 ? Seven : SixtyFive,
            AdapterParameters = billions == 7 ? 40e6 : 160e6,
        };
        var decision = MethodSelector.Choose(request, gigabytes * 1e9, isAutomatic: true);
        decision.Request.Method.ShouldBe(expected);
        decision.Estimate.Total.ShouldBeLessThanOrEqualTo(gigabytes * 1e9);
        decision.Reasons[^1].ShouldContain("fits");
    }

    [Fact]
    public void S1_07_Automatic_SixtyFiveBillionOn30GB_IsRefusedWithTheNumbers()
    {
        var request = new MemoryRequest { Model = SixtyFive, AdapterParameters = 160e6 };
        var failure = Should.Throw<DoesNotFitException>(() => MethodSelector.Choose(request, 30e9, isAutomatic: true));
        failure.Message.ShouldContain("QLora with 128 tokens and recomputed layers");
        MemoryEstimator.Estimate(request with { Method = TuningMethod.QLora }).Weights.ShouldBe(
            33.5e9 + 160e6 * 4 + 1.0e9, 1.2e9);
    }

    [Fact]
    public void S1_08_SixtyFiveBillionAsQLora_IsPredictedToFit48GB()
    {
        var request = new MemoryRequest
        {
            Model = SixtyFive,
            Method = TuningMethod.QLora,
            AdapterParameters = 160e6,
            MicroBatchTokens = 2048,
            RecomputesActivations = true,
        };
        MemoryEstimator.Estimate(request).Total.ShouldBeInRange(36e9, 48e9);
        MemoryEstimator.Estimate(request with { RecomputesActivations = false }).Total.ShouldBeGreaterThan(48e9);
    }

    [Fact]
    public void S0_09_RequestThatDoesNotFit_GetsASmallerMicroBatchAndMoreAccumulation()
    {
        var request = new MemoryRequest { Model = Seven, AdapterParameters = 40e6, MicroBatchTokens = 65536 };
        var decision = MethodSelector.Choose(request, 24e9, isAutomatic: false);
        decision.Request.Method.ShouldBe(TuningMethod.Lora);
        decision.Request.MicroBatchTokens.ShouldBeLessThan(65536);
        (decision.Request.MicroBatchTokens * decision.Accumulation).ShouldBe(65536);
        decision.Reasons.Count.ShouldBeGreaterThan(2);
    }

    [Fact]
    public void S2_30_FullFineTune_AboveABillion_NeedsAWaiver()
    {
        var request = new MemoryRequest { Model = Seven, Method = TuningMethod.Full };
        Should.Throw<ArgumentException>(
            () => MethodSelector.CheckFull(request, hasWaiver: false)).Message.ShouldContain("waiver");
        MethodSelector.CheckFull(request, hasWaiver: true);
        MethodSelector.CheckFull(request with { Model = Seven with { Parameters = 0.9e9 } }, hasWaiver: false);
    }
}
