namespace Pipeline.EmbeddedTemporal.History;

// Whether a failed or timed out run is followed by another attempt.
internal static class WorkflowRetry
{
    public static RetryState Decide(Run run, DateTime now, ApiFailure.Failure failure, out TimeSpan delay)
    {
        delay = TimeSpan.Zero;
        var policy = run.State.RetryPolicy;
        if (policy is null) return RetryState.RetryPolicyNotSet;
        if (!RetryPolicies.IsRetryable(failure, policy)) return RetryState.NonRetryableFailure;
        if (policy.MaximumAttempts > 0 && run.State.Attempt >= policy.MaximumAttempts)
            return RetryState.MaximumAttemptsReached;
        delay = RetryPolicies.Delay(policy, run.State.Attempt);
        if (failure.ApplicationFailureInfo?.NextRetryDelay.Span() is { Ticks: > 0 } wanted)
        {
            var cap = policy.MaximumInterval.Span();
            delay = cap > TimeSpan.Zero ? Times.Min(wanted, cap) : wanted;
        }

        return run.State.ExecutionExpiration is { } end && now.After(delay) > end
            ? RetryState.Timeout : RetryState.InProgress;
    }
}
