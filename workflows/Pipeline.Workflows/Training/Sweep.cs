using Pipeline.Workflows.Inputs;
using Temporalio.Workflows;

namespace Pipeline.Workflows.Training;

/// <summary>
/// Searches options by successive halving: all trials train a little, the better half twice as long, until one is left.
/// </summary>
/// <remarks><b>Source:</b> Jamieson and Talwalkar, Non-stochastic Best Arm Identification, 2016.</remarks>
internal static class Sweep
{
    public static async Task<TrainOptions> ChooseAsync(TrainInput input)
    {
        var candidates = input.Train.Sweep.Select(trial => Options(input.Train, trial)).ToList();
        var steps = input.Train.SweepSteps;
        for (var rung = 1; candidates.Count > 1; rung++, steps *= 2)
        {
            var (number, limit) = (rung, steps);
            var losses = await Workflow.WhenAllAsync(
                candidates.Select((options, index) => TryAsync(input, options, limit, number, index + 1)));
            candidates = [.. candidates.Zip(losses).OrderBy(pair => pair.Second).Take((candidates.Count + 1) / 2)
                .Select(pair => pair.First)];
        }

        return candidates[0];
    }

    private static TrainOptions Options(TrainOptions train, SweepTrial trial) => train with
    {
        LearningRate = trial.LearningRate > 0 ? trial.LearningRate : train.LearningRate,
        Rank = trial.Rank > 0 ? trial.Rank : train.Rank,
        Alpha = trial.Rank > 0 ? train.Alpha * trial.Rank / train.Rank : train.Alpha,
        Sweep = [],
    };

    // A trial that fails loses; it does not end the search.
    private static async Task<double> TryAsync(TrainInput input, TrainOptions options, int steps, int rung, int trial)
    {
        var order =
            input with { Train = options with { MaxSteps = steps, MaxDivergenceRetries = 0 }, ProgressWorkflowId = "" };
        try
        {
            var result = await Workflow.ExecuteChildWorkflowAsync(
                (TrainWorkflow child) => child.RunAsync(order),
                new()
                {
                    Id = WorkflowIds.Trial(Workflow.Info.WorkflowId, rung, trial),
                    ParentClosePolicy = ParentClosePolicy.RequestCancel,
                });
            return double.IsNaN(result.Training.FinalLoss) ? double.PositiveInfinity : result.Training.FinalLoss;
        }
        catch (Temporalio.Exceptions.ChildWorkflowFailureException)
            when (!Workflow.CancellationToken.IsCancellationRequested)
        {
            return double.PositiveInfinity;
        }
    }
}
