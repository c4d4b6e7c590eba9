using Pipeline.Workflows;
using Temporalio.Activities;
using Temporalio.Exceptions;
using Temporalio.Worker.Interceptors;

namespace Pipeline.Activities.Running;

/// <summary>Maps the failures of every activity in one place.</summary>
public sealed class FailureInterceptor : IWorkerInterceptor
{
    /// <inheritdoc/>
    public ActivityInboundInterceptor InterceptActivity(ActivityInboundInterceptor nextInterceptor) =>
        new Mapping(nextInterceptor);

    private static bool IsDraining()
    {
        var context = ActivityExecutionContext.Current;
        return context.WorkerShutdownToken.IsCancellationRequested
            && (!context.CancellationToken.IsCancellationRequested
                || context.CancelReason == ActivityCancelReason.WorkerShutdown);
    }

    private sealed class Mapping(ActivityInboundInterceptor next) : ActivityInboundInterceptor(next)
    {
        public override async Task<object?> ExecuteActivityAsync(ExecuteActivityInput input)
        {
            try
            {
                return await Next.ExecuteActivityAsync(input);
            }
            catch (OperationCanceledException exception) when (IsDraining())
            {
                // Nobody asked for the work to stop for good: another worker goes on where this one was.
                throw new ApplicationFailureException(
                    "the worker drains; another attempt goes on", exception, ErrorTypes.WorkerDraining,
                    nextRetryDelay: TimeSpan.FromMilliseconds(100));
            }
            catch (Exception exception) when (FailureMapping.Map(exception) is not null)
            {
                throw FailureMapping.Map(exception) ?? exception;
            }
        }
    }
}
