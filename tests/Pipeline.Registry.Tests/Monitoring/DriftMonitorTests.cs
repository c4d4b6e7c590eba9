using Pipeline.Registry.Monitoring;

namespace Pipeline.Registry.Tests.Monitoring;

public sealed class DriftMonitorTests
{
    [Fact]
    public void S2_33_Observe_TenThousandStableWindows_RaiseAtMostOneAlarm()
    {
        var random = new Random(5);
        var alarms = 0;
        for (var stream = 0; stream < 100; stream++)
        {
            var monitor = new DriftMonitor("entropy");
            for (var i = 0; i < 500 + (100 * 100); i++)
            {
                alarms += monitor.Observe(1 + Normal(random)) is null ? 0 : 1;
            }
        }

        alarms.ShouldBeLessThanOrEqualTo(1);
    }

    [Fact]
    public void S0_17_Observe_LastingStep_RaisesExactlyOneAlarm()
    {
        var random = new Random(6);
        var time = new FakeTime();
        var monitor = new DriftMonitor("entropy", time: time);
        var alarms = new List<DriftAlarm>();
        for (var i = 0; i < 10_000; i++)
        {
            if (monitor.Observe((i < 3_000 ? 1 : 2) + (0.5 * Normal(random))) is { } alarm)
            {
                alarms.Add(alarm);
                i.ShouldBeInRange(3_000, 3_300);
            }
        }

        alarms.Single().Stream.ShouldBe("entropy");
        alarms[0].BaselineMean.ShouldBe(1, 0.1);
        alarms[0].CurrentMean.ShouldBe(2, 0.2);
        monitor.IsRaised.ShouldBeTrue();
    }

    [Fact]
    public void Observe_CalmAgain_RearmsAndRaisesAgain()
    {
        var random = new Random(7);
        var monitor = new DriftMonitor("length");
        var alarms = 0;
        for (var i = 0; i < 6_000; i++)
        {
            var shifted = i is >= 1_000 and < 2_000 or >= 4_000;
            alarms += monitor.Observe((shifted ? 40 : 20) + Normal(random)) is null ? 0 : 1;
        }

        alarms.ShouldBe(2);
    }

    [Fact]
    public void Observe_SameMeanOtherShape_IsFoundByTheIndex()
    {
        var random = new Random(8);
        var monitor = new DriftMonitor("length");
        DriftAlarm? alarm = null;
        for (var i = 0; i < 2_000 && alarm is null; i++)
        {
            alarm = monitor.Observe(i < 500 ? Normal(random) : 3 * (random.Next(2) - 0.5));
        }

        alarm.ShouldNotBeNull().StabilityIndex.ShouldBeGreaterThan(0.25);
    }

    [Theory]
    [InlineData(1, null, DeploymentMode.Merged, false)]
    [InlineData(2, null, DeploymentMode.Adapters, false)]
    [InlineData(3, null, DeploymentMode.Adapters, false)]
    [InlineData(3, DeploymentMode.Merged, DeploymentMode.Merged, true)]
    public void S1_37_Plan_NumberOfVariants_DecidesAndRecordsOverrides(
        int variants, DeploymentMode? wanted, DeploymentMode mode, bool overridden)
    {
        var plan = DeploymentPlanner.Plan(variants, wanted);
        (plan.Mode, plan.Overridden).ShouldBe((mode, overridden));
        plan.Reason.ShouldNotBeEmpty();
    }

    private static double Normal(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
