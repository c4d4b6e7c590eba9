using System.Text.Json;
using Pipeline.Llm.Training;

namespace Pipeline.Llm.Tests.Training;

public sealed class ScheduleParityTests
{
    private static readonly LearningRateSchedule Base = new() { TotalSteps = 50, WarmupSteps = 5 };

    private static readonly Dictionary<string, LearningRateSchedule> Schedules = new()
    {
        ["constant"] = Base with { Kind = ScheduleKind.Constant },
        ["constant_with_warmup"] = Base with { Kind = ScheduleKind.ConstantWithWarmup },
        ["linear"] = Base with { Kind = ScheduleKind.Linear },
        ["linear_no_warmup"] = Base with { Kind = ScheduleKind.Linear, WarmupSteps = 0 },
        ["cosine"] = Base,
        ["cosine_no_warmup"] = Base with { WarmupSteps = 0 },
        ["cosine_cycles_1.5"] = Base with { Cycles = 1.5 },
        ["cosine_with_restarts_3"] = Base with { Kind = ScheduleKind.CosineWithRestarts, Cycles = 3 },
        ["cosine_with_min_lr_rate_0.1"] = Base with { Kind = ScheduleKind.CosineWithMinLr, MinRatio = 0.1 },
        ["polynomial_power_2_end_0.05"] = Base with { Kind = ScheduleKind.Polynomial, Power = 2, MinRatio = 0.05 },
        ["inverse_sqrt"] = Base with { Kind = ScheduleKind.InverseSqrt },
        ["inverse_sqrt_timescale_20"] = Base with { Kind = ScheduleKind.InverseSqrt, Timescale = 20 },
        ["inverse_sqrt_no_warmup"] = Base with { Kind = ScheduleKind.InverseSqrt, WarmupSteps = 0 },
        ["wsd_decay15_cosine"] = Base with { Kind = ScheduleKind.WarmupStableDecay, DecaySteps = 15 },
        ["wsd_decay15_linear_min0.1"] = Base with
        { Kind = ScheduleKind.WarmupStableDecay, DecaySteps = 15, Decay = DecayShape.Linear, MinRatio = 0.1 },
        ["wsd_decay15_1-sqrt"] =
            Base with { Kind = ScheduleKind.WarmupStableDecay, DecaySteps = 15, Decay = DecayShape.OneMinusSqrt },
        ["wsd_from_total"] = Base with { Kind = ScheduleKind.WarmupStableDecay, DecaySteps = 15 },
    };

    [Fact]
    public void Factor_EveryScheduleOfTheTable_EqualsTheReference()
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Fixtures.Require("training/schedules.json")));
        var compared = 0;
        foreach (var item in document.RootElement.GetProperty("lr").EnumerateObject())
        {
            var schedule = Schedules[item.Name];
            var step = 0;
            foreach (var expected in item.Value.EnumerateArray())
            {
                schedule.Factor(step).ShouldBe(expected.GetDouble(), 1e-9, $"{item.Name} at step {step}");
                step++;
            }

            compared++;
        }

        Fixtures.Compared("training/schedules", compared);
    }

    [Fact]
    public void S0_33_Factor_WarmupOf100_IsLinear() =>
        Enumerable.Range(0, 100)
            .ShouldAllBe(
                step =>
                    Math.Abs(new LearningRateSchedule { TotalSteps = 1000, WarmupSteps = 100 }.Factor(step)
                        - step / 100.0) < 1e-12);

    [Fact]
    public void S1_22_WarmupFromRatio_RoundsUp()
    {
        LearningRateSchedule.WarmupFromRatio(0.05, 288).ShouldBe(15);
        LearningRateSchedule.WarmupFromRatio(0.05, 100).ShouldBe(5);
    }
}
