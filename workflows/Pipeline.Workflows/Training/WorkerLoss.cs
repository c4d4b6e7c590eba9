using Pipeline.Workflows.Contracts;
using Temporalio.Api.Enums.V1;
using Temporalio.Exceptions;

namespace Pipeline.Workflows.Training;

/// <summary>A training that ended because its worker did; the checkpoints are still there.</summary>
/// <param name="Host">Host that has the checkpoints at hand; empty when any host is as good.</param>
/// <param name="Step">Step that was reported last; 0 when none was.</param>
/// <param name="OnPurpose">Whether the worker was asked to stop.</param>
internal sealed record WorkerLoss(string Host, double Step, bool OnPurpose)
{
    /// <summary>Reads a failed attempt; null when the worker was not the reason.</summary>
    public static WorkerLoss? Of(ActivityFailureException exception) => exception.InnerException switch
    {
        ApplicationFailureException { ErrorType: ErrorTypes.WorkerDraining } => new WorkerLoss("", 0, OnPurpose: true),

        // The host did not come back in time.
        TimeoutFailureException { TimeoutType: TimeoutType.ScheduleToStart } => new WorkerLoss("", 0, OnPurpose: false),
        TimeoutFailureException { TimeoutType: TimeoutType.Heartbeat, LastHeartbeatDetails: { Count: > 0 } details } =>
            Last(details.ElementAt<ActivityProgress>(0)),
        TimeoutFailureException { TimeoutType: TimeoutType.Heartbeat } => new WorkerLoss("", 0, OnPurpose: false),
        _ => null,
    };

    private static WorkerLoss Last(ActivityProgress progress) => new(progress.Host, progress.Done, OnPurpose: false);
}
