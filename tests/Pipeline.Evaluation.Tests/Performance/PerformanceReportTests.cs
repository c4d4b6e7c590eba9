using System.Runtime.CompilerServices;
using Pipeline.Evaluation.Performance;

namespace Pipeline.Evaluation.Tests.Performance;

public sealed class PerformanceReportTests
{
    [Fact]
    public void S0_12_Report_KnownLog_EqualsTheHandComputedFigures()
    {
        RequestRecord[] log =
        [
            new(0.0, [0.5, 0.6, 0.8], 10), new(0.2, [0.4, 1.4], 20), new(1.0, [1.5, 1.6, 1.7, 1.8, 2.0], 30),
            new(0.1, [], 5, "refused"),
        ];
        var report = PerformanceReport.Of(log, concurrency: 2, peakMemoryBytes: 1 << 20);
        (report.Requests, report.Failures, report.Concurrency, report.PromptTokens).ShouldBe((3, 1, 2, 20.0));
        report.OutputTokens.ShouldBe(10.0 / 3, 1e-12);
        report.Duration.ShouldBe(2.0);
        report.RequestsPerSecond.ShouldBe(1.5);
        report.TokensPerSecond.ShouldBe(5, 1e-12);
        report.FirstToken!.P50.ShouldBe(0.5, 1e-12);
        report.FirstToken.Mean.ShouldBe(0.4, 1e-12);
        report.EndToEnd!.P50.ShouldBe(1.0, 1e-12);
        // Order statistics 0.8, 1.0, 1.2 at position 2 · 0.95.
        report.EndToEnd.P95.ShouldBe(1.18, 1e-12);
        report.BetweenTokens!.P50.ShouldBe(0.1, 1e-12);
        report.PeakMemoryBytes.ShouldBe(1 << 20);
    }

    [Fact]
    public void S0_12_Report_OnlyFailures_HasNoFigures()
    {
        var report = PerformanceReport.Of([new RequestRecord(0, [], 1, "down")], 1);
        (report.Requests, report.Failures, report.TokensPerSecond).ShouldBe((0, 1, 0));
        report.FirstToken.ShouldBeNull();
    }

    [Fact]
    public async Task S0_12_LoadTest_ThreeInFlight_RecordsEveryRequest()
    {
        var (running, most) = (0, 0);
        async IAsyncEnumerable<string> GenerateAsync(
            string prompt, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            most = Math.Max(most, Interlocked.Increment(ref running));
            await Task.Yield();
            if (prompt == "bad") throw new InvalidOperationException("no such model");
            yield return "a";
            yield return "b";
            Interlocked.Decrement(ref running);
        }

        (string, int)[] prompts = [.. Enumerable.Range(0, 9).Select(i => (i == 4 ? "bad" : "good", i))];
        var log = await new LoadTest(TimeProvider.System).RunAsync(prompts, 3, GenerateAsync, CancellationToken.None);
        log.Count.ShouldBe(9);
        log.Count(request => request.Error == "no such model").ShouldBe(1);
        log.Where(request => request.Error is null)
            .ShouldAllBe(request => request.TokenTimes.Count == 2 && request.TokenTimes[0] >= request.Start);
        most.ShouldBeLessThanOrEqualTo(4);
    }
}
