using System.Diagnostics.CodeAnalysis;
using Temporalio.Client;
using Temporalio.Worker;

namespace Temporalio.Tests;

/// <summary>One test's worker on a queue of its own.</summary>
/// <param name="client">Client of the engine.</param>
public sealed class Scenario(ITemporalClient client)
{
    public ITemporalClient Client => client;

    public string Queue { get; } = $"tq-{Guid.NewGuid()}";

    /// <summary>Runs the body while a worker serves the queue.</summary>
    public async Task RunAsync(Action<TemporalWorkerOptions> register, Func<Task> body)
    {
        var options = Options(register);
        using var worker = new TemporalWorker(client, options);
        await worker.ExecuteAsync(body);
    }

    public TemporalWorkerOptions Options(Action<TemporalWorkerOptions> register)
    {
        var options = new TemporalWorkerOptions(Queue);
        register(options);
        return options;
    }

    public WorkflowOptions NewWorkflow(string? id = null) => new(id ?? $"wf-{Guid.NewGuid()}", Queue);

    /// <summary>Waits for a condition of the server without a fixed sleep: bounded polling.</summary>
    [SuppressMessage("Usage", "xUnit1051", Justification = "Bounded by itself.")]
    public static async Task EventuallyAsync(Func<Task<bool>> holds, string what, double seconds = 30)
    {
        var until = DateTime.UtcNow.AddSeconds(seconds);
        while (!await holds())
        {
            (DateTime.UtcNow < until).ShouldBeTrue($"did not happen in {seconds} s: {what}");
            await Task.Delay(20);
        }
    }
}
