using Google.Protobuf;
using Pipeline.EmbeddedTemporal.Grpc;
using Pipeline.EmbeddedTemporal.History;
using Pipeline.EmbeddedTemporal.Matching;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.Failure.V1;

namespace Pipeline.EmbeddedTemporal.Tests;

public sealed class ActivityRulesTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public void Normalize_OnlyScheduleToClose_FillsTheOthers() =>
        ActivityTimeouts.Normalize(5 * Second, TimeSpan.Zero, TimeSpan.Zero, TimeSpan.Zero, TimeSpan.Zero)
            .ShouldBe(new ActivityTimeouts(5 * Second, 5 * Second, 5 * Second, TimeSpan.Zero));

    [Fact]
    public void Normalize_OnlyStartToClose_TakesTheRunTimeout() =>
        ActivityTimeouts.Normalize(TimeSpan.Zero, TimeSpan.Zero, 5 * Second, 9 * Second, 8 * Second)
            .ShouldBe(new ActivityTimeouts(8 * Second, 8 * Second, 5 * Second, 5 * Second));

    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 4)]
    [InlineData(40, 100)]
    public void Delay_Attempts_GrowUpToTheMaximum(int attempt, double seconds) =>
        RetryPolicies.Delay(RetryPolicies.WithDefaults(null), attempt).TotalSeconds.ShouldBe(seconds);

    [Fact]
    public void Problem_SmallCoefficient_IsNamed() =>
        RetryPolicies.Problem(new RetryPolicy { BackoffCoefficient = 0.5 })
        .ShouldBe("BackoffCoefficient cannot be less than 1 on retry policy.");

    [Fact]
    public void IsRetryable_ListedType_IsNot()
    {
        var failure = new Failure { ApplicationFailureInfo = new ApplicationFailureInfo { Type = "Listed" } };
        RetryPolicies.IsRetryable(failure, new RetryPolicy()).ShouldBeTrue();
        RetryPolicies.IsRetryable(failure, new RetryPolicy { NonRetryableErrorTypes = { "Listed" } }).ShouldBeFalse();
    }

    [Fact]
    public void IsRetryable_ScheduleToStartTimeout_IsNot() => RetryPolicies.IsRetryable(
        new Failure { TimeoutFailureInfo = new TimeoutFailureInfo { TimeoutType = TimeoutType.ScheduleToStart } },
        new RetryPolicy()).ShouldBeFalse();

    [Fact]
    public void TaskToken_RoundTrip_IsEqual()
    {
        var token = new TaskToken(TaskToken.Activity, "run", 5, 6, 2, 77, "x|y");
        TaskToken.Decode(token.Encode(), TaskToken.Activity).ShouldBe(token);
    }

    [Fact]
    public void TaskToken_OfAnotherKind_IsRefused() => Should.Throw<RpcError>(() =>
        TaskToken.Decode(new TaskToken(TaskToken.Workflow, "r", 1, 1, 1, 1).Encode(), TaskToken.Activity)).Message
        .ShouldBe("Error deserializing task token.");

    [Fact]
    public void TaskToken_Garbage_IsRefused() => Should.Throw<RpcError>(() =>
        TaskToken.Decode(ByteString.CopyFromUtf8("garbage"), TaskToken.Workflow)).Code.ShouldBe(
            StatusCode.InvalidArgument);
}
