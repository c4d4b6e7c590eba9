using Pipeline.Workflows;
using Temporalio.Activities;
using Temporalio.Exceptions;
using Temporalio.Worker.Interceptors;

namespace Pipeline.Worker;

/// <summary>Lets as many activities work as the process has devices, whichever queue they came from.</summary>
/// <remarks>
/// A slot is reserved before a queue is polled, so two queues of one device cannot share a single slot without one of
/// them holding it through an idle poll. Each queue has slots of its own; the gate decides which activity works.
/// </remarks>
/// <param name="devices">Devices of the process.</param>
internal sealed class DeviceGate(int devices) : IWorkerInterceptor, IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(2);
    private readonly SemaphoreSlim _free = new(devices);

    /// <summary>Waits until a device has nothing to do; a queue is not polled before.</summary>
    /// <param name="cancellation">Stops waiting.</param>
    public async Task WaitIdleAsync(CancellationToken cancellation)
    {
        await _free.WaitAsync(cancellation);
        _free.Release();
    }

    public ActivityInboundInterceptor InterceptActivity(ActivityInboundInterceptor nextInterceptor) =>
        new Entrance(nextInterceptor, _free);

    public void Dispose() => _free.Dispose();

    private sealed class Entrance(ActivityInboundInterceptor next, SemaphoreSlim free)
        : ActivityInboundInterceptor(next)
    {
        public override async Task<object?> ExecuteActivityAsync(ExecuteActivityInput input)
        {
            await EnterAsync(ActivityExecutionContext.Current);
            try
            {
                return await Next.ExecuteActivityAsync(input);
            }
            finally
            {
                free.Release();
            }
        }

        // Both queues were polled while the device was idle and both had work; another host may be free.
        private async Task EnterAsync(ActivityExecutionContext context)
        {
            for (var waited = TimeSpan.Zero; !await free.WaitAsync(Beat, context.CancellationToken); waited += Beat)
            {
                context.Heartbeat();
                if (waited >= Patience)
                {
                    throw new ApplicationFailureException(
                        "the device is busy; another attempt may find a free one", ErrorTypes.WorkerDraining,
                        nextRetryDelay: Beat);
                }
            }
        }
    }
}
