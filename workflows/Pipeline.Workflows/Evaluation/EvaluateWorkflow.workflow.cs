using Pipeline.Workflows.Contracts;
using Temporalio.Workflows;

namespace Pipeline.Workflows.Evaluation;

/// <summary>Evaluates a model shard by shard; a lost worker loses one shard at most.</summary>
[Workflow]
public sealed class EvaluateWorkflow
{
    private int _done;
    private int _all;
    private string _arm = "";

    /// <summary>Shards that are done, of all.</summary>
    [WorkflowQuery("progress")]
    public ActivityProgress Progress => new($"evaluate {_arm}", _done, _all, $"{_arm}: {_done} of {_all} shards");

    /// <summary>Evaluates.</summary>
    /// <param name="input">What to evaluate.</param>
    /// <returns>The evaluation.</returns>
    [WorkflowRun]
    public async Task<EvaluationResult> RunAsync(EvaluateInput input)
    {
        ArgumentNullException.ThrowIfNull(input);
        _arm = input.Arm;
        var plan = await Workflow.ExecuteActivityAsync(
            (IEvaluationActivities a) => a.PlanEvaluationAsync(input),
            ActivityPolicies.Quick($"{input.Arm}: divide into shards"));
        _all = plan.Shards.Count;
        var slots = new Temporalio.Workflows.Semaphore(Math.Max(1, input.Evaluate.Parallel));
        var shards = await Workflow.WhenAllAsync(plan.Shards.Select(shard => EvaluateAsync(input, shard, slots)));
        var combine = new CombineEvaluationInput(input, shards);
        var result = await Workflow.ExecuteActivityAsync(
            (IEvaluationActivities a) => a.CombineEvaluationAsync(combine),
            ActivityPolicies.Quick($"{input.Arm}: join {shards.Length} shards"));
        return input.OwnOnly || input.Evaluate.SpeedRequests == 0
            ? result : result with { Speed = await MeasureSpeedAsync(input) };
    }

    // After the shards, so that nothing else works on the device.
    private static Task<SpeedResult> MeasureSpeedAsync(EvaluateInput input)
    {
        var order = new SpeedInput(input.BaseModel, input.Adapter, input.Dataset, input.Evaluate.SpeedRequests);
        return LongWork.RunAsync(
            (IEvaluationActivities a) => a.MeasureSpeedAsync(order),
            ActivityPolicies.Gpu($"{input.Arm}: speed of {order.Requests} requests", input.Tenant, input.Priority));
    }

    private async Task<ShardResult> EvaluateAsync(
        EvaluateInput input, EvaluationShard shard, Temporalio.Workflows.Semaphore slots)
    {
        await slots.WaitAsync();
        try
        {
            var order = new EvaluateShardInput(input, shard);
            var summary = $"{input.Arm}: {shard.Task} {string.Join(", ", shard.Subjects)} ({shard.Items})";
            return await LongWork.RunAsync(
                (IEvaluationActivities a) => a.EvaluateShardAsync(order),
                ActivityPolicies.Gpu(summary.Length > 200 ? summary[..200] : summary, input.Tenant, input.Priority));
        }
        finally
        {
            slots.Release();
            Workflow.CurrentDetails = $"{input.Arm}: {++_done} of {_all} shards";
        }
    }
}
