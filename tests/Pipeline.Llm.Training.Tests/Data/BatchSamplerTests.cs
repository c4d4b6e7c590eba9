using Pipeline.Llm.Training.Data;

namespace Pipeline.Llm.Training.Tests.Data;

public sealed class BatchSamplerTests
{
    [Fact]
    public void S0_32_StepsPerEpoch_RowsDividedByEffectiveBatch_RoundsUp()
    {
        var sampler = new BatchSampler(
            Rows.OfLengths(Enumerable.Repeat(5, 33)), new() { MicroBatch = 2, Accumulation = 4, Epochs = 3 }, 1);
        sampler.StepsPerEpoch.ShouldBe(5);
        sampler.TotalSteps.ShouldBe(15);
    }

    [Fact]
    public void Next_OneEpoch_GivesEveryRowOnce()
    {
        var sampler = new BatchSampler(
            Rows.OfLengths(Enumerable.Range(1, 50)), new() { MicroBatch = 3, Accumulation = 2, GroupByLength = true },
            7);
        var seen = Enumerable.Range(0, sampler.StepsPerEpoch).SelectMany(_ => sampler.Next()).SelectMany(rows => rows)
            .Order();
        seen.ShouldBe(Enumerable.Range(0, 50));
    }

    // One long row in eight, as rehearsal rows are: with steps of one length, one step in eight had only these.
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void GroupByLength_TwoKindsOfRows_MixesThemInEveryStepButNotInEveryMicroBatch(long seed)
    {
        var data = Rows.OfLengths(Enumerable.Range(0, 512).Select(i => i % 8 == 0 ? 200 : 20));
        var settings = new BatchSettings { MicroBatch = 4, Accumulation = 8, GroupByLength = true };
        var plan = EpochPlan.Create(data, settings, seed, 0);
        plan.Steps.Count.ShouldBe(16);
        var kinds = plan.Steps.Select(step => step.Select(
            rows => rows.Select(data.Tokens).Distinct().ToList()).ToList()).ToList();
        kinds.ShouldAllBe(step => step.Any(rows => rows.Contains(20)));
        // Padding stays small: at most one micro-batch of each window has both.
        kinds.SelectMany(step => step).Count(rows => rows.Count > 1).ShouldBeLessThanOrEqualTo(2);
        var plain = EpochPlan.Create(data, settings with { GroupByLength = false }, seed, 0);
        Padding(plan).ShouldBeLessThan(Padding(plain) / 4);

        int Padding(EpochPlan of) => of.Steps.SelectMany(step => step).Sum(
            rows => rows.Sum(row => rows.Max(data.Tokens) - data.Tokens(row)));
    }

    [Fact]
    public void S2_17_MaxSteps_BeyondOneEpoch_LoopsDataInAnotherOrder()
    {
        var data = Rows.OfLengths(Enumerable.Repeat(4, 40));
        var sampler =
            new BatchSampler(data, new() { MicroBatch = 4, Accumulation = 4, MaxSteps = 1000, Epochs = 1 }, 3);
        sampler.TotalSteps.ShouldBe(1000);
        var first = Enumerable.Range(0, 3).SelectMany(_ => sampler.Next()).SelectMany(rows => rows).ToArray();
        var second = Enumerable.Range(0, 3).SelectMany(_ => sampler.Next()).SelectMany(rows => rows).ToArray();
        second.ShouldNotBe(first);
        second.Order().ShouldBe(first.Order());
    }

    [Fact]
    public void MoveTo_AnyPlace_ContinuesAsIfNeverInterrupted()
    {
        var data = Rows.OfLengths(Enumerable.Range(1, 30));
        BatchSampler New() => new(data, new() { MicroBatch = 2, PackTokens = 40, MaxSteps = 60 }, 11);
        var whole = New();
        for (var step = 0; step < 37; step++)
        {
            whole.Next();
        }

        var resumed = New();
        resumed.MoveTo(whole.Cursor);
        for (var step = 0; step < 23; step++)
        {
            resumed.Next().SelectMany(rows => rows).ShouldBe(whole.Next().SelectMany(rows => rows));
        }
    }

    [Fact]
    public void S1_21_Packs_OfManyLengths_AreFullAndLoseNothing()
    {
        var random = new SeededRandom(5);
        var data = Rows.OfLengths(Enumerable.Range(0, 2000).Select(_ => 20 + random.Below(600)));
        var plan = EpochPlan.Create(data, new() { PackTokens = 2048 }, 1, 0);
        plan.FillRatio.ShouldBeGreaterThan(0.95);
        plan.Steps.SelectMany(step => step).SelectMany(rows => rows).Order().ShouldBe(Enumerable.Range(0, 2000));
        plan.Steps.SelectMany(step => step).ShouldAllBe(rows => rows.Sum(data.Tokens) <= 4 * 2048);
    }

    [Fact]
    public void Create_RowLongerThanAPack_NamesTheRow() =>
        Should.Throw<InvalidDataException>(
            () => EpochPlan.Create(Rows.OfLengths([5, 50]), new() { PackTokens = 40 }, 1, 0))
            .Message.ShouldContain("row '1' has 50 tokens");

    [Fact]
    public void Digest_OtherSeed_Differs()
    {
        var data = Rows.OfLengths(Enumerable.Repeat(4, 40));
        EpochPlan.Create(data, new(), 1, 0).Digest().ShouldBe(EpochPlan.Create(data, new(), 1, 0).Digest());
        EpochPlan.Create(data, new(), 2, 0).Digest().ShouldNotBe(EpochPlan.Create(data, new(), 1, 0).Digest());
    }
}
