using Temporalio.Client;
using Temporalio.Worker;

namespace Benchmarks.Temporal;

/// <summary>A worker that serves one queue until its standard input ends.</summary>
internal static class WorkerProcess
{
    public static async Task<int> RunAsync(string address, string queue)
    {
        var client = await TemporalClient.ConnectAsync(new(address));
        var options = new TemporalWorkerOptions(queue)
        {
            StickyQueueScheduleToStartTimeout = TimeSpan.FromSeconds(2),
            // The TypeScript worker polls for activities ten times at once by default, this one five times.
            MaxConcurrentActivityTaskPolls = 10,
        };
        options.AddWorkflow<Sequential>().AddWorkflow<Parallel>().AddWorkflow<Idle>().AddWorkflow<CountsTo>()
            .AddAllActivities(typeof(Work), null);
        var tasks = 0;
        options.WorkflowTaskCompleted += (_, _) =>
        {
            if (Interlocked.Increment(ref tasks) % 100 == 0)
            {
                Console.Out.WriteLine($"tasks {tasks}");
            }
        };
        using var worker = new TemporalWorker(client, options);
        await worker.ExecuteAsync(async () =>
        {
            await Console.Out.WriteLineAsync("ready");
            // The console's reader blocks even where its name says that it does not.
            await Task.Run(Console.In.ReadToEnd);
        });
        return 0;
    }
}
