using TorchSharp;
using static TorchSharp.torch;

namespace TorchSharp.Tests;

public sealed class ScopeTests
{
    [Fact]
    public void Scope_Disposed_KeepsOnlyWhatMovedOut()
    {
        Tensor kept;
        Tensor detached;
        Tensor gone;
        using (var outer = NewDisposeScope())
        {
            using (NewDisposeScope())
            {
                gone = ones(1L);
                kept = ones(1L).MoveToOuterDisposeScope();
                detached = ones(1L).DetachFromDisposeScope();
            }

            gone.IsInvalid.ShouldBeTrue();
            kept.IsInvalid.ShouldBeFalse();
            outer.DisposablesCount.ShouldBe(1);
        }

        kept.IsInvalid.ShouldBeTrue();
        detached.IsInvalid.ShouldBeFalse();
        detached.Dispose();
    }

    [Fact]
    public void Scope_OtherThread_DoesNotOwnItsTensors()
    {
        using var scope = NewDisposeScope();
        Tensor? other = null;
        var thread = new Thread(() => other = ones(1L));
        thread.Start();
        thread.Join();
        scope.Contains(other!).ShouldBeFalse();
        other!.Dispose();
    }

    [Fact]
    public void GradMode_OtherThread_IsItsOwn()
    {
        using var noGrad = no_grad();
        is_grad_enabled().ShouldBeFalse();
        var elsewhere = false;
        var thread = new Thread(() => elsewhere = is_grad_enabled());
        thread.Start();
        thread.Join();
        elsewhere.ShouldBeTrue();
    }

    [Fact]
    public void Parameter_FromTensor_TakesTheHandle()
    {
        using var scope = NewDisposeScope();
        var data = ones(2L);
        var parameter = new TorchSharp.Modules.Parameter(data);
        data.IsInvalid.ShouldBeTrue();
        scope.Contains(parameter).ShouldBeTrue();
        parameter.requires_grad.ShouldBeTrue();
    }

    [Fact]
    public void Steps_TenThousand_LeaveNoTensorBehind()
    {
        using var weight = nn.Parameter(randn(8L, 8L).DetachFromDisposeScope());
        using var optimizer = optim.AdamW([weight]);
        Step(weight, optimizer);
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        for (var i = 0; i < 10_000; i++)
        {
            Step(weight, optimizer);
        }

        DisposeScopeManager.Statistics.ThreadTotalLiveCount.ShouldBe(before);
    }

    private static void Step(TorchSharp.Modules.Parameter weight, optim.Optimizer optimizer)
    {
        using var scope = NewDisposeScope();
        optimizer.zero_grad();
        nn.functional.linear(ones(2L, 8L), weight).pow(2).mean().backward();
        optimizer.step();
    }
}
