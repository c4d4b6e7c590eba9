using Pipeline.Llm.Generation;

namespace Pipeline.Llm.Tests.Generation;

public sealed class TokenSamplerTests
{
    private static readonly float[] Logits = [2f, 1f, 0f, -1f, 3f, -2f];

    [Fact]
    public void Choose_ManySeeds_FollowsTheDistribution()
    {
        var counts = new int[Logits.Length];
        for (ulong seed = 0; seed < 20_000; seed++)
        {
            counts[Choose(new SamplingOptions { Temperature = 0.7, Seed = seed * 0x9E3779B97F4A7C15 })]++;
        }

        var weights = Logits.Select(logit => Math.Exp(logit / 0.7)).ToArray();
        for (var i = 0; i < counts.Length; i++)
        {
            (counts[i] / 20_000.0).ShouldBe(weights[i] / weights.Sum(), 0.015);
        }
    }

    [Theory]
    [InlineData(1, 1.0, 0.0, new[] { 4 })]
    [InlineData(3, 1.0, 0.0, new[] { 4, 0, 1 })]
    [InlineData(0, 0.6, 0.0, new[] { 4 })]
    [InlineData(0, 0.8, 0.0, new[] { 4, 0 })]
    [InlineData(0, 1.0, 0.3, new[] { 4, 0 })]
    public void Choose_Truncated_StaysInTheKeptSet(int topK, double topP, double minP, int[] kept)
    {
        var seen = new HashSet<int>();
        for (ulong seed = 0; seed < 2_000; seed++)
        {
            seen.Add(
                Choose(new SamplingOptions { Temperature = 1, TopK = topK, TopP = topP, MinP = minP, Seed = seed }));
        }

        seen.ShouldBe(kept, ignoreOrder: true);
    }

    [Fact]
    public void Choose_Penalties_MoveTheBestToken()
    {
        Choose(new SamplingOptions()).ShouldBe(4);
        Choose(new SamplingOptions { RepetitionPenalty = 2 }, prompt: [4]).ShouldBe(0);
        Choose(new SamplingOptions { LogitBias = new Dictionary<int, double> { [3] = 10 } }).ShouldBe(3);
        var sampler = new TokenSampler(new SamplingOptions { FrequencyPenalty = 0.6 }, []);
        Enumerable.Range(0, 5).Select(_ => sampler.Choose([.. Logits])).ShouldBe([4, 4, 0, 4, 0]);
    }

    private static int Choose(SamplingOptions options, int[]? prompt = null) =>
        new TokenSampler(options, prompt ?? []).Choose([.. Logits]);
}
