using Pipeline.EmbeddedTemporal.Grpc;
using Pipeline.EmbeddedTemporal.Schedules;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.Schedule.V1;

namespace Pipeline.EmbeddedTemporal.Tests;

/// <summary>Schedule specs, cron lines and overlap policies, without a server.</summary>
public sealed class SpecTests
{
    private static readonly DateTime Start = new(2024, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    [Theory]
    [InlineData("0 12 * * MON-FRI", "2024-01-01T12:00:00 2024-01-02T12:00:00 2024-01-03T12:00:00")]
    [InlineData("*/20 0 1 * *", "2024-01-01T00:20:00 2024-01-01T00:40:00 2024-02-01T00:00:00")]
    [InlineData("0 0 29 feb *", "2024-02-29T00:00:00 2028-02-29T00:00:00 2032-02-29T00:00:00")]
    [InlineData("30 2 31 3 * 2030", "2030-03-31T02:30:00")]
    [InlineData("15 30 6 * * 7 *", "2024-01-07T06:30:15 2024-01-14T06:30:15 2024-01-21T06:30:15")]
    [InlineData("@every 90m/10m", "2024-01-01T00:10:00 2024-01-01T01:40:00 2024-01-01T03:10:00")]
    [InlineData("@hourly", "2024-01-01T01:00:00 2024-01-01T02:00:00 2024-01-01T03:00:00")]
    [InlineData("CRON_TZ=Europe/Berlin 30 2 * 3,10 SUN", "2024-03-03T01:30:00 2024-03-10T01:30:00 2024-03-17T01:30:00")]
    public void Between_CronLine_GivesItsTimes(string cron, string times) =>
        string.Join(' ', Times(cron).Between(Start, DateTime.MaxValue).Take(3).Select(t => t.Nominal.ToString("s")))
            .ShouldBe(times);

    [Fact]
    public void Next_HourThatTheClockSkips_IsLeftOut()
    {
        var after = new DateTime(2024, 3, 30, 12, 0, 0, DateTimeKind.Utc);
        Times("CRON_TZ=Europe/Berlin 30 2 * * *")
            .Next(after)!.Value.Nominal.ShouldBe(new DateTime(2024, 4, 1, 0, 30, 0, DateTimeKind.Utc));
    }

    [Fact]
    public void Next_HourThatTheClockPassesTwice_CountsOnce()
    {
        var times = Times("CRON_TZ=Europe/Berlin 30 2 * * *")
            .Between(new DateTime(2024, 10, 26, 12, 0, 0, DateTimeKind.Utc), DateTime.MaxValue).Take(2).ToList();
        times[0].Nominal.ShouldBe(new DateTime(2024, 10, 27, 0, 30, 0, DateTimeKind.Utc));
        times[1].Nominal.ShouldBe(new DateTime(2024, 10, 28, 1, 30, 0, DateTimeKind.Utc));
    }

    [Fact]
    public void Next_Jitter_IsStableAndBeforeTheNextTime()
    {
        var spec = ScheduleSpecs.Compile(
            new ScheduleSpec
            {
                CronString = { "@every 1m" },
                Jitter =
                    Google.Protobuf.WellKnownTypes.Duration.FromTimeSpan(TimeSpan.FromHours(1)),
            });
        var times = new ScheduleTimes(spec, "a").Between(Start, Start.AddHours(1)).ToList();
        times.ShouldBe(new ScheduleTimes(spec, "a").Between(Start, Start.AddHours(1)));
        times.ShouldAllBe(t => t.Actual >= t.Nominal && t.Actual < t.Nominal.AddMinutes(1));
        times.Select(t => t.Actual - t.Nominal).Distinct().Count().ShouldBeGreaterThan(30);
    }

    [Fact]
    public void Between_ExcludedDaysAndEnd_AreRespected()
    {
        var spec = ScheduleSpecs.Compile(new ScheduleSpec
        {
            CronString = { "@daily" },
            ExcludeCalendar = { new CalendarSpec { DayOfMonth = "3" } },
            EndTime = Google.Protobuf.WellKnownTypes.Timestamp.FromDateTime(Start.AddDays(4)),
        });
        new ScheduleTimes(spec, "a").Between(Start, DateTime.MaxValue).Select(t => t.Nominal.Day).ShouldBe([2, 4, 5]);
    }

    [Theory]
    [InlineData("61 * * * *", "Invalid schedule spec: Minute is not in range [0-59]")]
    [InlineData("0 0 L * *", "Invalid schedule spec: DayOfMonth is not in range [1-31]")]
    [InlineData("* *", "Invalid schedule spec: CronString does not have 5-7 fields")]
    [InlineData("CRON_TZ=Mars/Base 0 0 * * *", "Invalid schedule spec: unknown time zone Mars/Base")]
    public void Compile_BadLine_IsRefused(string cron, string text) =>
        Should.Throw<RpcError>(
            () => ScheduleSpecs.Compile(new ScheduleSpec { CronString = { cron } })).Message.ShouldBe(text);

    [Fact]
    public void Backoff_DayOfMonthAndDayOfWeek_EitherCounts() =>
        // The 1st is a Monday, the 5th a Friday: in cron either day matches.
        WorkflowCron.Backoff("0 0 20 * FRI", Start, Start).ShouldBe(TimeSpan.FromDays(4));

    [Fact]
    public void Backoff_Every_IsWholeSeconds()
    {
        var now = Start.AddMilliseconds(573);
        WorkflowCron.Backoff("@every 1s", now, now).ShouldBe(TimeSpan.FromSeconds(1));
    }

    [Theory]
    [InlineData(ScheduleOverlapPolicy.Skip, true, 0, 0, 3)]
    [InlineData(ScheduleOverlapPolicy.Skip, false, 1, 0, 2)]
    [InlineData(ScheduleOverlapPolicy.BufferOne, true, 0, 1, 2)]
    [InlineData(ScheduleOverlapPolicy.BufferAll, true, 0, 3, 0)]
    [InlineData(ScheduleOverlapPolicy.BufferAll, false, 1, 2, 0)]
    [InlineData(ScheduleOverlapPolicy.AllowAll, true, 3, 0, 0)]
    [InlineData(ScheduleOverlapPolicy.CancelOther, true, 0, 3, 0)]
    [InlineData(ScheduleOverlapPolicy.TerminateOther, false, 1, 0, 0)]
    public void Of_ThreeWaitingStarts_FollowThePolicy(
        ScheduleOverlapPolicy policy, bool running, int started, int waiting, int skipped)
    {
        var starts = Enumerable.Range(0, 3)
            .Select(i => new BufferedStart(Start.AddHours(i), Start.AddHours(i), policy, Manual: false));
        var decision = OverlapDecision.Of(starts, running, p => p);
        (decision.Overlapping.Count + (decision.Next is null ? 0 : 1), decision.Waiting.Count, decision.Skipped)
            .ShouldBe((started, waiting, skipped));
        decision.Cancel.ShouldBe(running && policy == ScheduleOverlapPolicy.CancelOther);
    }

    private static ScheduleTimes Times(string cron) =>
        new(ScheduleSpecs.Compile(new ScheduleSpec { CronString = { cron } }), "id");
}
