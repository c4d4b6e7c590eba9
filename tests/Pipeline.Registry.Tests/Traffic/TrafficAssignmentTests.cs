using System.Text.Json;
using Pipeline.Registry.Traffic;

namespace Pipeline.Registry.Tests.Traffic;

public sealed class TrafficAssignmentTests
{
    private static readonly string[] Keys = [.. Enumerable.Range(0, 10_000).Select(i => $"client-{i}")];

    private static TrafficState At(double percent) => new()
    {
        Alias = "a",
        Stable = new TrafficArm { Adapter = "a@1" },
        Candidate = new TrafficArm { Adapter = "a@2" },
        CandidatePercent = percent,
        Rollout = "r1",
    };

    [Theory]
    [InlineData(5)]
    [InlineData(25)]
    [InlineData(50)]
    public void S0_15_Choose_TenThousandKeys_SplitWithinTwoPointsAndNoFlips(double percent)
    {
        var before = Keys.Select(key => TrafficAssignment.Choose(At(percent), key)).ToArray();
        // What a restarted process reads: the state from its stored form.
        var restored = JsonSerializer.Deserialize<TrafficState>(JsonSerializer.Serialize(At(percent)))!;
        Keys.Select(key => TrafficAssignment.Choose(restored, key)).ShouldBe(before);
        (100.0 * before.Count(arm => arm == TrafficArmName.Candidate) / Keys.Length).ShouldBe(percent, 2);
    }

    [Fact]
    public void S0_16_Choose_RaisedShare_MovesKeysOnlyToTheCandidate()
    {
        double[] steps = [0, 5, 25, 50, 100];
        foreach (var key in Keys.Take(2_000))
        {
            var arms = steps.Select(percent => TrafficAssignment.Choose(At(percent), key)).ToArray();
            arms.ShouldBe(arms.Order());
            arms[0].ShouldBe(TrafficArmName.Stable);
            arms[^1].ShouldBe(TrafficArmName.Candidate);
        }
    }

    [Fact]
    public void Choose_AnotherRollout_PicksOtherClients()
    {
        var other = At(10) with { Rollout = "r2" };
        var both = Keys.Count(key => TrafficAssignment.Choose(At(10), key) == TrafficArmName.Candidate
            && TrafficAssignment.Choose(other, key) == TrafficArmName.Candidate);
        both.ShouldBeInRange(50, 160);
    }

    [Fact]
    public void Choose_ForcedOrShadowed_FollowsTheRules()
    {
        TrafficAssignment.Choose(At(0), "x", TrafficArmName.Candidate).ShouldBe(TrafficArmName.Candidate);
        TrafficAssignment.Choose(At(100), "x", TrafficArmName.Stable).ShouldBe(TrafficArmName.Stable);
        TrafficAssignment.Choose(At(100) with { Shadow = true }, "x", TrafficArmName.Candidate)
            .ShouldBe(TrafficArmName.Stable);
        TrafficAssignment.Choose(At(100) with { Candidate = null }, "x", TrafficArmName.Candidate)
            .ShouldBe(TrafficArmName.Stable);
    }
}
