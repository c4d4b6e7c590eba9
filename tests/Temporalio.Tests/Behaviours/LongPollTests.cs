using Temporalio.Client;
using Temporalio.Workflows;

namespace Temporalio.Tests.Behaviours;

/// <summary>What outlives one long poll of a server, twenty seconds; both wait at once.</summary>
/// <param name="engines">The servers.</param>
[Trait("Tier", "workflow")]
public sealed class LongPollTests(Engines engines)
{
    [Theory, EachEngine]
    public Task Update_LongerThanALongPoll_IsAwaited(string engine) => engines.RunAsync(
        engine, options => options.AddWorkflow<Patient>(), async scenario =>
    {
        var handle = await scenario.Client.StartWorkflowAsync((Patient wf) => wf.RunAsync(), scenario.NewWorkflow());
        var result = handle.GetResultAsync();
        (await handle.ExecuteUpdateAsync(wf => wf.WaitAsync())).ShouldBe("slow");
        await result;
    });

    /// <summary>Ends when its update has been answered.</summary>
    [Workflow]
    public sealed class Patient
    {
        private bool _waited;

        [WorkflowRun]
        public Task RunAsync() => Workflow.WaitConditionAsync(() => _waited && Workflow.AllHandlersFinished);

        [WorkflowUpdate]
        public async Task<string> WaitAsync()
        {
            await Workflow.DelayAsync(TimeSpan.FromSeconds(21));
            _waited = true;
            return "slow";
        }
    }
}
