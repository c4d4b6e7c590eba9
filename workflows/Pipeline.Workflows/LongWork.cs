using System.Linq.Expressions;
using Temporalio.Exceptions;
using Temporalio.Workflows;

namespace Pipeline.Workflows;

/// <summary>
/// Activities that take long: a worker that is stopped on purpose costs them no attempt, however often that happens.
/// </summary>
/// <remarks>
/// The retry policy counts attempts of an activity, so work that a stopped worker gave back goes on as a new activity.
/// </remarks>
internal static class LongWork
{
    /// <summary>Runs an activity to its end.</summary>
    /// <param name="call">The activity.</param>
    /// <param name="options">Its options.</param>
    public static async Task<TResult> RunAsync<TActivities, TResult>(
        Expression<Func<TActivities, Task<TResult>>> call, ActivityOptions options)
    {
        while (true)
        {
            try
            {
                return await Workflow.ExecuteActivityAsync(call, options);
            }
            catch (ActivityFailureException exception) when (IsDrain(exception))
            {
                if (!GoesOn())
                {
                    throw;
                }
            }
        }
    }

    /// <summary>Whether the worker was asked to stop, and wrote down what it had.</summary>
    public static bool IsDrain(ActivityFailureException exception) =>
        exception.InnerException is ApplicationFailureException { ErrorType: ErrorTypes.WorkerDraining };

    /// <summary>False in runs that ended such work before drains were free.</summary>
    public static bool GoesOn() => Workflow.Patched("drains-cost-no-attempt");
}
