namespace Pipeline.EmbeddedTemporal.History;

// Defaults, validation and arithmetic of retry policies.
internal static class RetryPolicies
{
    private const double DefaultCoefficient = 2;
    private const int MaximumIntervalFactor = 100;
    private static readonly TimeSpan DefaultInitialInterval = TimeSpan.FromSeconds(1);

    public static RetryPolicy WithDefaults(RetryPolicy? policy)
    {
        var result = policy?.Clone() ?? new RetryPolicy();
        if (result.InitialInterval.Span() == TimeSpan.Zero) result.InitialInterval = DefaultInitialInterval.Proto();
        if (result.BackoffCoefficient == 0) result.BackoffCoefficient = DefaultCoefficient;
        if (result.MaximumInterval.Span() == TimeSpan.Zero)
            result.MaximumInterval = TimeSpan.FromTicks(result.InitialInterval.Span().Ticks * MaximumIntervalFactor)
                .Proto();
        return result;
    }

    // The text of the problem, or null.
    public static string? Problem(RetryPolicy? policy)
    {
        if (policy is null) return null;
        if (policy.MaximumAttempts == 1) return null;
        if (policy.InitialInterval.Span() < TimeSpan.Zero) return "InitialInterval cannot be negative on retry policy.";
        if (policy.BackoffCoefficient is not 0 and < 1)
            return "BackoffCoefficient cannot be less than 1 on retry policy.";
        if (policy.MaximumInterval.Span() < TimeSpan.Zero) return "MaximumInterval cannot be negative on retry policy.";
        if (policy.MaximumInterval.Span() > TimeSpan.Zero
            && policy.MaximumInterval.Span() < policy.InitialInterval.Span())
            return "MaximumInterval cannot be less than InitialInterval on retry policy.";
        return policy.MaximumAttempts < 0 ? "MaximumAttempts cannot be negative on retry policy." : null;
    }

    public static TimeSpan Delay(RetryPolicy policy, int attempt)
    {
        var initial = policy.InitialInterval.Span();
        var maximum = policy.MaximumInterval.Span();
        var ticks = initial.Ticks * Math.Pow(policy.BackoffCoefficient, attempt - 1);
        if (maximum > TimeSpan.Zero && ticks > maximum.Ticks) return maximum;
        return ticks >= TimeSpan.MaxValue.Ticks ? TimeSpan.MaxValue : TimeSpan.FromTicks((long)ticks);
    }

    public static bool IsRetryable(ApiFailure.Failure failure, RetryPolicy policy) => failure.FailureInfoCase switch
    {
        ApiFailure.Failure.FailureInfoOneofCase.CanceledFailureInfo
            or ApiFailure.Failure.FailureInfoOneofCase.TerminatedFailureInfo => false,
        ApiFailure.Failure.FailureInfoOneofCase.TimeoutFailureInfo =>
            failure.TimeoutFailureInfo.TimeoutType is TimeoutType.StartToClose or TimeoutType.Heartbeat
            && !policy.NonRetryableErrorTypes.Contains("TemporalTimeout:" + failure.TimeoutFailureInfo.TimeoutType),
        ApiFailure.Failure.FailureInfoOneofCase.ServerFailureInfo => !failure.ServerFailureInfo.NonRetryable,
        ApiFailure.Failure.FailureInfoOneofCase.ApplicationFailureInfo => !failure.ApplicationFailureInfo.NonRetryable
            && !policy.NonRetryableErrorTypes.Contains(failure.ApplicationFailureInfo.Type),
        _ => true,
    };
}
