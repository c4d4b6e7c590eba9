using Pipeline.Workflows.Contracts;
using Pipeline.Workflows.Inputs;
using Temporalio.Exceptions;
using Temporalio.Workflows;

namespace Pipeline.Workflows.Training;

/// <summary>
/// Trains an adapter and repairs what a smaller step or a smaller batch can repair; every change is recorded.
/// </summary>
[Workflow]
public sealed class TrainWorkflow
{
    private const int MostLosses = 8;
    private readonly List<TrainingAttempt> _attempts = [];
    private TrainOptions _options = new();

    /// <summary>Attempts so far.</summary>
    [WorkflowQuery("attempts")]
    public IReadOnlyList<TrainingAttempt> Attempts => _attempts;

    /// <summary>Trains.</summary>
    /// <param name="input">What to train on what.</param>
    /// <returns>The adapter, the options that it was trained with, and the attempts.</returns>
    [WorkflowRun]
    public async Task<TrainResult> RunAsync(TrainInput input)
    {
        ArgumentNullException.ThrowIfNull(input);
        _options = input.Train.Sweep.Count > 0 ? await Sweep.ChooseAsync(input) : input.Train;
        var divergences = 0;
        while (true)
        {
            Workflow.CurrentDetails =
                $"training round {_attempts.Count + 1}: learning rate {_options.LearningRate:0.###e0}, rank "
                    + $"{_options.Rank}, micro-batch {_options.MicroBatchSize}";
            try
            {
                var result = await TrainAsync(input);
                Remember($"{result.Steps} steps, loss {result.FinalLoss:0.000}");
                return new TrainResult { Training = result, Used = _options, Attempts = _attempts };
            }
            catch (ActivityFailureException exception)
                when (exception.InnerException is ApplicationFailureException failure)
            {
                Remember($"{failure.ErrorType}: {failure.Message}");
                if (Repair(failure.ErrorType, ref divergences) is not { } repaired)
                {
                    throw;
                }

                _options = repaired;
            }
        }
    }

    // Checkpoints are in the store, so any host can go on; the one that began has them at hand and is asked first.
    private async Task<TrainAdapterResult> TrainAsync(TrainInput input)
    {
        var order = new TrainAdapterInput
        {
            Dataset = input.Dataset,
            BaseModel = input.BaseModel,
            Train = _options,
            Benchmarks = input.Benchmarks,
            ProgressWorkflowId = input.ProgressWorkflowId,
        };
        var summary =
            $"{_options.Method} r{_options.Rank}, learning rate {_options.LearningRate:0.###e0}, batch "
                + $"{_options.BatchSize}";
        var options = ActivityPolicies.GpuOnce(summary, input.Tenant, input.Priority);
        var (losses, reached, isLast) = (0, 0.0, false);
        while (true)
        {
            try
            {
                return await Workflow.ExecuteActivityAsync(
                    (ITrainingActivities a) => a.TrainAdapterAsync(order), options);
            }
            catch (ActivityFailureException exception) when (isLast && LongWork.IsDrain(exception))
            {
                if (!LongWork.GoesOn())
                {
                    throw;
                }
            }
            catch (ActivityFailureException exception)
                when (!isLast && exception.InnerException is not ApplicationFailureException { NonRetryable: true }
                    and not CanceledFailureException)
            {
                var loss = WorkerLoss.Of(exception);
                losses = loss is { OnPurpose: true } || loss?.Step > reached ? 0 : losses + 1;
                reached = Math.Max(reached, loss?.Step ?? 0);

                // Anything but a lost worker, and workers that get lost without any progress, are left to the usual
                // policy.
                isLast = loss is null || losses >= MostLosses;
                options = isLast ? ActivityPolicies.Gpu(summary, input.Tenant, input.Priority)
                    : loss is { Host.Length: > 0 }
                    ? ActivityPolicies.GpuOfHost(loss.Host, summary, input.Tenant, input.Priority)
                    : ActivityPolicies.GpuOnce(summary, input.Tenant, input.Priority);
            }
        }
    }

    // The effective batch stays the same when memory is short: half the rows at a time, twice as many times.
    private TrainOptions? Repair(string? errorType, ref int divergences) => errorType switch
    {
        ErrorTypes.LossDiverged when divergences++ < _options.MaxDivergenceRetries =>
            _options with { LearningRate = _options.LearningRate / 10 },
        ErrorTypes.OutOfMemory when _options.MicroBatchSize > 1 => _options with { MicroBatchSize = Half(_options) },
        _ => null,
    };

    // The largest divisor of the batch that is at most half of the present micro-batch.
    private static int Half(TrainOptions options)
    {
        var size = options.MicroBatchSize / 2;
        while (options.BatchSize % size != 0)
        {
            size--;
        }

        return size;
    }

    private void Remember(string outcome) => _attempts.Add(new TrainingAttempt(
        _attempts.Count + 1, _options.LearningRate, _options.Rank, _options.MicroBatchSize,
        outcome.Length > 300 ? outcome[..300] + "…" : outcome));
}
