using Pipeline.Activities.Running;
using Pipeline.Llm.Training;
using Pipeline.Workflows.Contracts;
using Pipeline.Workflows.FineTuning;
using Temporalio.Activities;
using Temporalio.Client;

namespace Pipeline.Activities.Training;

/// <summary>
/// Tells heartbeats every step and the run's workflow a few dozen times, however many steps there are.
/// </summary>
internal sealed class TrainingReporter : IProgress<TrainingStep>, IDisposable
{
    private const int MostSignals = 24;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);
    private readonly ActivityPulse _pulse;
    private readonly WorkflowHandle<FineTuneWorkflow>? _run;
    private readonly Action _saved;
    private readonly System.Diagnostics.Stopwatch _clock = System.Diagnostics.Stopwatch.StartNew();
    private TimeSpan _last = -Pause;
    private int _sent;
    private Task _signal = Task.CompletedTask;

    public TrainingReporter(ActivityPulse pulse, string workflowId, Action saved)
    {
        (_pulse, _saved) = (pulse, saved);
        _run = workflowId.Length == 0
            ? null : ActivityExecutionContext.Current.TemporalClient.GetWorkflowHandle<FineTuneWorkflow>(workflowId);
    }

    public double TokensPerSecond { get; private set; }

    public void Report(TrainingStep value)
    {
        TokensPerSecond = value.TokensPerSecond;
        _pulse.Report(
            new ActivityProgress("train", value.Step, value.TotalSteps,
                $"loss {value.Loss:0.000}, {value.TokensPerSecond:N0} tok/s, {value.Remaining:h\\:mm\\:ss} left"));

        if (value.Checkpoint is not null)
        {
            _saved();
        }

        // A signal is an event of the history, so there is one for each part of the training and none for each step.
        var due = (_sent + 1) * value.TotalSteps / MostSignals;
        if (_run is not null && _signal.IsCompleted && value.Step >= due && _sent < MostSignals
            && _clock.Elapsed - _last > Pause)
        {
            (_sent, _last) =
                (Math.Max(_sent + 1, value.Step * MostSignals / Math.Max(1, value.TotalSteps)), _clock.Elapsed);
            _signal = SendAsync(
                new TrainingProgress(value.Step, value.TotalSteps, value.Loss, value.TokensPerSecond, value.Remaining));
        }
    }

    public void Dispose() => _signal.GetAwaiter().GetResult();

    // Progress is a courtesy: a training does not fail because nobody could be told.
    private async Task SendAsync(TrainingProgress progress)
    {
        try
        {
            await _run!.SignalAsync(wf => wf.TrainingProgressAsync(progress)); // called only with a run
        }
        catch (Exception exception) when (exception is Temporalio.Exceptions.RpcException or OperationCanceledException)
        {
            // The next report will do.
        }
    }
}
