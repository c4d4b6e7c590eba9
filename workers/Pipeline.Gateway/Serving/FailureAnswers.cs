using Pipeline.Gateway.Adapters;
using Pipeline.Gateway.Api;

namespace Pipeline.Gateway.Serving;

/// <summary>Says what a client is told when an answer fails; the log has the cause.</summary>
/// <param name="log">Receives failures.</param>
public sealed class FailureAnswers(ILogger<FailureAnswers> log)
{
    /// <summary>The answer to a failure.</summary>
    /// <param name="exception">What went wrong.</param>
    /// <returns>What the client is told.</returns>
    public ApiException ToApi(Exception exception)
    {
        switch (exception)
        {
            case ApiException api:
                return api;
            case AdapterLoadException load:
                log.LogWarning(load, "an adapter was refused");
                return new ApiException(503, load.Code,
                    "the adapter cannot be served at the moment; the log has the cause")
                { RetryAfter = 1 };
            default:
                log.LogError(exception, "an answer failed");
                return new ApiException(
                    500, "generation_failed", "the answer could not be generated; the log has the cause");
        }
    }
}
