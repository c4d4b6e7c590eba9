using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using Pipeline.Activities.Running;
using Pipeline.Activities.Storage;
using Pipeline.Workflows.Contracts;

namespace Pipeline.Activities.Deployment;

/// <summary>Sends held-out prompts to a route as many different clients and measures what each arm answers.</summary>
/// <param name="gateways">Gateways.</param>
/// <param name="artifacts">Local folders.</param>
internal sealed class GeneratedTraffic(GatewayConnection gateways, LocalArtifacts artifacts)
{
    private const int Senders = 4;
    private const int AnswerTokens = 12;

    // Shares are small at first, so the number of requests is bounded by time and not by the arms alone.
    private const int MostRequests = 2000;

    public async Task<CanaryMeasurement> RunAsync(WatchTrafficInput input, ActivityPulse pulse)
    {
        var prompts = await PromptsAsync(input, pulse.Stop);
        var (answers, clock, number) =
            (new ConcurrentBag<(GatewayAnswer Answer, string Expected)>(), Stopwatch.StartNew(), 0);
        await Parallel.ForEachAsync(Enumerable.Range(0, Senders), pulse.Stop, async (_, cancellation) =>
        {
            while (!Enough(input, answers, clock.Elapsed) && Interlocked.Increment(ref number) is var mine
                && mine <= MostRequests)
            {
                var (prompt, expected) = prompts[mine % prompts.Count];
                var gateway = gateways.Addresses[mine % gateways.Addresses.Count];
                var answer = await gateways.AskAsync(
                    gateway, input.Route, prompt, $"canary-{input.Traffic.CandidateVersion}-{mine}", AnswerTokens,
                    cancellation);
                answers.Add((answer, expected));
                pulse.Report(
                    new ActivityProgress($"canary {input.Traffic.CandidatePercent} %", clock.Elapsed.TotalSeconds,
                        input.Duration.TotalSeconds, $"{answers.Count} requests"));
            }
        });
        return new CanaryMeasurement(Measure(answers, "stable"), Measure(answers, "candidate"));
    }

    // A step lasts its time and, within three times of it, until both arms have what they need.
    private static bool Enough(
        WatchTrafficInput input, ConcurrentBag<(GatewayAnswer Answer, string Expected)> answers, TimeSpan elapsed) =>
        elapsed >= input.Duration
        && (elapsed >= 3 * input.Duration
            || new[] { "stable", "candidate" }
            .All(arm => answers.Count(answer => answer.Answer.Arm == arm) >= input.MinRequests));

    private static ArmMeasurement Measure(IEnumerable<(GatewayAnswer Answer, string Expected)> answers, string arm)
    {
        var mine = answers.Where(answer => answer.Answer.Arm == arm).ToList();
        var good = mine.Where(answer => !answer.Answer.Failed).Select(answer => answer.Answer.Latency.TotalMilliseconds)
            .Order().ToList();
        var known = mine.Where(answer => answer.Expected.Length > 0).ToList();
        return new ArmMeasurement(
            mine.Count,
            mine.Count - good.Count,
            good.Count == 0 ? double.NaN : good[good.Count / 2],
            good.Count == 0 ? double.NaN : good[Math.Min(good.Count - 1, (int)(good.Count * 0.95))],
            known.Count == 0 ? double.NaN : (double)known.Count(answer => answer.Answer.Text == answer.Expected)
                / known.Count);
    }

    private async Task<List<(string Prompt, string Expected)>> PromptsAsync(
        WatchTrafficInput input, CancellationToken cancellation)
    {
        var file = input.Dataset is null
            ? null : Path.Combine(await artifacts.OpenAsync(input.Dataset, cancellation), "test.jsonl");
        if (file is null || !File.Exists(file))
        {
            return [("Hello", "")];
        }

        var prompts = new List<(string Prompt, string Expected)>();
        foreach (var line in File.ReadLines(file).Take(500))
        {
            using var row = JsonDocument.Parse(line);
            var messages = row.RootElement.GetProperty("messages");
            var last = messages[messages.GetArrayLength() - 1];
            prompts.Add(
                (messages[0].GetProperty("content").GetString() ?? "", last.GetProperty("content").GetString() ?? ""));
        }

        return prompts;
    }
}
