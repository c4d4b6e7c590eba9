using Pipeline.Hosting.Configuration;
using Pipeline.Hosting.Engine;
using Pipeline.Workflows;
using Pipeline.Workflows.FineTuning;
using Pipeline.Workflows.Inputs;
using Temporalio.Client;

namespace Pipeline.Cli.Runs;

/// <summary>Starts and finds runs.</summary>
/// <param name="client">Connection to the engine.</param>
internal sealed class RunClient(ITemporalClient client)
{
    private static string LastFile => Path.Combine(Services.Deployment.Folder, "last-run");

    public ITemporalClient Client => client;

    public static async Task<RunClient> ConnectAsync(PipelineSettings settings)
    {
        try
        {
            return new RunClient(await EngineClient.ConnectAsync(settings.Engine));
        }
        catch (InvalidOperationException exception)
        {
            throw new HttpRequestException(
                $"no engine at {EngineClient.AddressOf(settings.Engine)}; start one with ./pipeline up "
                    + $"({Reason(exception.Message)})", exception);
        }
    }

    public async Task<WorkflowHandle<FineTuneWorkflow, FineTuneResult>> StartAsync(FineTuneInput input)
    {
        var id = WorkflowIds.FineTune($"{input.Recipe}-{DateTime.UtcNow:yyyyMMdd-HHmmss}");
        var handle =
            await client.StartWorkflowAsync((FineTuneWorkflow wf) => wf.RunAsync(input), new(id, TaskQueues.Pipeline)
            {
                StaticSummary = $"{input.Recipe}: {input.Data.Source} on {input.BaseModel}",
                Memo = new Dictionary<string, object>(StringComparer.Ordinal)
                {
                    ["recipe"] = input.Recipe,
                    ["owner"] = input.Owner,
                },
            });
        await File.WriteAllTextAsync(LastFile, id);
        return handle;
    }

    /// <summary>The named run, or the last one that was started here.</summary>
    public WorkflowHandle<FineTuneWorkflow, FineTuneResult> Find(string? id)
    {
        var name = id
            ?? (File.Exists(LastFile) ? File.ReadAllText(LastFile)
                .Trim() : throw new ArgumentException("name a run; `./pipeline status` lists them", nameof(id)));
        return client.GetWorkflowHandle<FineTuneWorkflow, FineTuneResult>(
            name.Contains(':', StringComparison.Ordinal) ? name : WorkflowIds.FineTune(name));
    }

    // The native client wraps the system's sentence in three layers of its own types.
    private static string Reason(string message) => message.IndexOf("message: \"", StringComparison.Ordinal) is var at
        && at >= 0 ? message[(at + 10)..].Split('"')[0].ToLowerInvariant() : message;
}
