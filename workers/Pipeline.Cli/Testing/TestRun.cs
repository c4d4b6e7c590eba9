using System.Diagnostics;

namespace Pipeline.Cli.Testing;

/// <summary>Builds everything, runs every test assembly, and closes with one line that counts them.</summary>
internal static class TestRun
{
    // Tests that start servers or train share the machine badly; they run one assembly at a time, behind the others.
    private static readonly string[] Alone =
        ["Pipeline.Cli.Tests", "Pipeline.EmbeddedTemporal.Tests", "Pipeline.EndToEnd.Tests", "Pipeline.Llm.Tests",
            "Temporalio.Tests", "TorchSharp.Tests"];

    public static async Task<int> RunAsync(string? text, string? tier, bool json, CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        await SolutionBuild.EnsureAsync("Pipeline.sln", "solution", cancellation);
        var assemblies = Directory.EnumerateFiles(
            Path.Combine(Checkout.Root, "tests"), "*.Tests.csproj", SearchOption.AllDirectories)
            .Select(Path.GetFileNameWithoutExtension).OfType<string>().Order(StringComparer.Ordinal)
            .Select(name => new TestAssembly(name)).ToList();
        var outcomes = new List<TestOutcome>();
        var told = json ? Console.Error : Console.Out;
        await Parallel.ForEachAsync(
            assemblies.Where(assembly => !Alone.Contains(assembly.Name)),
            new ParallelOptions
            {
                MaxDegreeOfParallelism = Math.Max(1, Environment.ProcessorCount / 2 * 2),
                CancellationToken = cancellation,
            },
            async (assembly, token) => Report(outcomes, await assembly.RunAsync(text, tier, threads: 1, token), told));
        foreach (var assembly in assemblies.Where(assembly => Alone.Contains(assembly.Name)))
        {
            Report(outcomes, await assembly.RunAsync(text, tier, Environment.ProcessorCount, cancellation), told);
        }

        return json ? CloseJson(outcomes, clock.Elapsed) : Close(outcomes, clock.Elapsed);
    }

    private static void Report(List<TestOutcome> outcomes, TestOutcome outcome, TextWriter told)
    {
        lock (outcomes)
        {
            outcomes.Add(outcome);
            if (outcome.Passed + outcome.Failures.Count + outcome.Skips.Count == 0)
            {
                return;
            }

            told.WriteLine(
                $"{outcome.Assembly}: {outcome.Passed} passed, {outcome.Failures.Count} failed, {outcome.Skips.Count} "
                    + $"skipped ({outcome.Seconds:0} s)");
            foreach (var (name, message) in outcome.Failures)
            {
                told.WriteLine($"  FAILED {name}\n    {string.Join("\n    ", message.Split('\n').Take(25))}");
            }
        }
    }

    private static int CloseJson(List<TestOutcome> outcomes, TimeSpan elapsed)
    {
        var failures = outcomes.SelectMany(outcome =>
            outcome.Failures.Select(failure => new { outcome.Assembly, failure.Name, failure.Message })).ToList();
        var skips = outcomes.SelectMany(
            outcome => outcome.Skips.Select(skip => new { outcome.Assembly, skip.Name, skip.Reason })).ToList();
        var passed = outcomes.Sum(outcome => outcome.Passed);
        Output.WriteJson(
            new
            {
                passed,
                failed = failures.Count,
                skipped = skips.Count,
                seconds = Math.Round(elapsed.TotalSeconds, 1),
                failures,
                skips
            });
        return failures.Count == 0 && passed > 0 ? 0 : 1;
    }

    private static int Close(List<TestOutcome> outcomes, TimeSpan elapsed)
    {
        foreach (var group in outcomes.SelectMany(outcome => outcome.Skips).GroupBy(skip => skip.Reason)
            .OrderBy(group => group.Key, StringComparer.Ordinal))
        {
            Console.Out.WriteLine($"skipped: {group.Key}");
            foreach (var (name, _) in group)
            {
                Console.Out.WriteLine($"  {name}");
            }
        }

        var (passed, failed, skipped) =
            (outcomes.Sum(o => o.Passed), outcomes.Sum(o => o.Failures.Count), outcomes.Sum(o => o.Skips.Count));
        Console.Out.WriteLine($"{elapsed.TotalMinutes:0.0} minutes in all; reports are in .pipeline/logs/tests");
        Console.Out.WriteLine($"{passed} passed, {failed} failed, {skipped} skipped");
        return failed == 0 && passed > 0 ? 0 : 1;
    }
}
