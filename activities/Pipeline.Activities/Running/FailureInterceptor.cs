using Temporalio.Worker.Interceptors;

namespace Pipeline.Activities.Running;

/// <summary>Maps the failures of every activity in one place.</summary>
public sealed class FailureInterceptor : IWorkerInterceptor
{
    /// <inheritdoc/>
    public ActivityInboundInterceptor InterceptActivity(ActivityInboundInterceptor nextInterceptor) => new Mapping(nextInterceptor);

    private sealed class Mapping(ActivityInboundInterceptor next) : ActivityInboundInterceptor(next)
    {
        public override async Task<object?> ExecuteActivityAsync(ExecuteActivityInput input)
        {
            try
            {
                return await Next.ExecuteActivityAsync(input);
            }
            catch (Exception exception) when (FailureMapping.Map(exception) is not null)
            {
                throw FailureMapping.Map(exception) ?? exception;
            }
        }
    }
}
