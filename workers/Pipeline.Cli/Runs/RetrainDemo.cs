using System.Text;
using System.Text.Json;
using Pipeline.Cli.Commands;
using Pipeline.Registry.Storage;
using Pipeline.Workflows;
using Pipeline.Workflows.Triggers;

namespace Pipeline.Cli.Runs;

/// <summary>Puts objects with rows into the store, tells the trigger once for each, and shows that exactly one run starts.</summary>
/// <param name="runs">Connection.</param>
/// <param name="store">The object store.</param>
internal sealed class RetrainDemo(RunClient runs, IObjectStore store)
{
    private const int Objects = 3;
    private const int RowsPerObject = 200;

    public async Task<int> RunAsync(CancellationToken cancellation)
    {
        var prefix = $"raw/demo-{DateTime.UtcNow:yyyyMMddHHmmss}/";
        var input = new TriggerInput
        {
            Prefix = prefix,
            MinObjects = Objects,
            Debounce = TimeSpan.FromSeconds(2),
            Run = RunInputFile.Read("tiny", Owner.Name) with { Data = RunInputFile.Read("tiny", Owner.Name).Data with { Source = $"store:{prefix}", StratifyBy = "" } },
        };
        var rows = File.ReadLines(Path.Combine(Checkout.Root, "infra", "sample-data", "replay.jsonl")).GetEnumerator();
        for (var number = 1; number <= Objects; number++)
        {
            var text = string.Concat(Enumerable.Range(0, RowsPerObject).TakeWhile(_ => rows.MoveNext()).Select(_ => RowOf(rows.Current)));
            await store.PutAsync($"{prefix}part-{number}.jsonl", new MemoryStream(Encoding.UTF8.GetBytes(text)), PutCondition.Absent, cancellation);
            await TriggerCommands.SignalAsync(runs.Client, input, $"part-{number}.jsonl");
            Console.Out.WriteLine($"put     {store.Location}{prefix}part-{number}.jsonl");
        }

        var trigger = runs.Client.GetWorkflowHandle<RetrainTriggerWorkflow>(WorkflowIds.Trigger(prefix));
        while (await trigger.QueryAsync(wf => wf.InFlight) is null)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(500), cancellation);
        }

        var decisions = await trigger.QueryAsync(wf => wf.Decisions);
        Console.Out.WriteLine(string.Join('\n', decisions.Select(decision => $"trigger {decision.At:HH:mm:ss} {decision.Text}")));
        Console.Out.WriteLine($"run     {await trigger.QueryAsync(wf => wf.InFlight)} is the only one in flight; follow it with ./pipeline status ID --watch");
        return decisions.Count(decision => decision.Started) == 1 ? ExitCodes.Ok : ExitCodes.Integrity;
    }

    // The practice questions as chats: the last part is the answer.
    private static string RowOf(string line)
    {
        using var row = JsonDocument.Parse(line);
        var parts = row.RootElement.GetProperty("parts").EnumerateArray().Select(part => part.GetProperty("text").GetString() ?? "").ToList();
        var messages = new[] { new { role = "user", content = string.Concat(parts[..^1]) }, new { role = "assistant", content = parts[^1].Trim() } };
        return JsonSerializer.Serialize(new { messages }) + "\n";
    }
}
