using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Pipeline.Cli.Commands;
using Pipeline.Registry.Storage;
using Pipeline.Workflows;
using Pipeline.Workflows.Triggers;
using Temporalio.Client;
using Temporalio.Exceptions;

namespace Pipeline.Cli.Runs;

/// <summary>
/// Puts objects with rows into the store, tells the trigger once for each, and shows that exactly one run starts.
/// </summary>
/// <param name="runs">Connection.</param>
/// <param name="store">The object store.</param>
internal sealed class RetrainDemo(RunClient runs, IObjectStore store)
{
    private const int Objects = 3;
    private const int RowsPerObject = 200;
    private const string DataLicence = "LicenseRef-Debian-Metadata";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>Brings the rows and waits for the run.</summary>
    /// <param name="told">Where the story goes.</param>
    /// <param name="cancellation">Stops the waiting.</param>
    /// <returns>What the trigger decided, and the run.</returns>
    /// <exception cref="TimeoutException">The trigger starts no run.</exception>
    public async Task<RetrainDemoResult> RunAsync(TextWriter told, CancellationToken cancellation)
    {
        var prefix = $"raw/demo-{DateTime.UtcNow:yyyyMMddHHmmss}/";
        var tiny = RunInputFile.Read("tiny", Owner.Name);
        var input = new TriggerInput
        {
            Prefix = prefix,
            MinObjects = Objects,
            Debounce = TimeSpan.FromSeconds(2),
            Run = tiny with
            {
                Recipe = "retrain",
                Data = tiny.Data with
                { Source = $"store:{prefix}", StratifyBy = "", TextFields = [], Licence = DataLicence },
                Dataset = tiny.Dataset with { Task = "auto" }
            },
        };
        var rows = File.ReadLines(Path.Combine(Checkout.Root, "infra", "sample-data", "replay.jsonl")).GetEnumerator();
        for (var number = 1; number <= Objects; number++)
        {
            var text = string.Concat(
                Enumerable.Range(0, RowsPerObject).TakeWhile(_ => rows.MoveNext()).Select(_ => RowOf(rows.Current)));
            await store.PutAsync($"{prefix}part-{number}.jsonl", new MemoryStream(Encoding.UTF8.GetBytes(text)),
                PutCondition.Absent, cancellation);
            await TriggerCommands.SignalAsync(runs.Client, input, $"part-{number}.jsonl");
            await told.WriteLineAsync($"put     {store.Location}{prefix}part-{number}.jsonl");
        }

        var trigger = runs.Client.GetWorkflowHandle<RetrainTriggerWorkflow>(WorkflowIds.Trigger(prefix));
        var run = await StartedAsync(trigger, cancellation);
        var decisions = await trigger.QueryAsync(wf => wf.Decisions);
        foreach (var decision in decisions)
        {
            await told.WriteLineAsync($"trigger {decision.At:HH:mm:ss} {decision.Text}");
        }

        return new RetrainDemoResult(prefix, Objects, decisions, decisions.Count(decision => decision.Started), run);
    }

    private static async Task<string> StartedAsync(
        WorkflowHandle<RetrainTriggerWorkflow> trigger, CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        while (clock.Elapsed < Patience)
        {
            try
            {
                if (await trigger.QueryAsync(wf => wf.InFlight) is { } run)
                {
                    return run;
                }
            }
            catch (Exception exception) when (exception is RpcException or WorkflowQueryFailedException)
            {
                // No worker has begun with it yet.
            }

            await Task.Delay(TimeSpan.FromMilliseconds(500), cancellation);
        }

        throw new TimeoutException(
            $"{trigger.Id} has started no run within {Patience.TotalMinutes:0} minutes; ./pipeline logs worker-cpu "
                + "shows why");
    }

    // The practice questions as chats: the last part is the answer.
    private static string RowOf(string line)
    {
        using var row = JsonDocument.Parse(line);
        var parts = row.RootElement.GetProperty("parts").EnumerateArray()
            .Select(part => part.GetProperty("text").GetString() ?? "").ToList();
        var messages = new[] { new { role = "user", content = string.Concat(parts[..^1]) },
            new { role = "assistant", content = parts[^1].Trim() } };
        return JsonSerializer.Serialize(new { messages }) + "\n";
    }
}
