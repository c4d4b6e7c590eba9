using TorchSharp;
using static TorchSharp.torch;

namespace TorchSharp.Tests;

public sealed class FunctionTests
{
    [Fact]
    public void Apply_Function_RunsItsBackward()
    {
        using var scope = NewDisposeScope();
        var x = tensor(new[] { 2f, 3f }, requires_grad: true);
        Cube.apply(x, "not a tensor").sum().backward();
        x.grad!.data<float>().ToArray().ShouldBe([12, 27], 1e-5f);
    }

    [Fact]
    public void Apply_UnderNoGrad_HasNoHistory()
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        Cube.apply(tensor(new[] { 2f }, requires_grad: true), "x").requires_grad.ShouldBeFalse();
    }

    [Fact]
    public void Backward_Throws_TheExceptionArrivesAtTheCaller()
    {
        using var scope = NewDisposeScope();
        var y = Failing.apply(ones(1L, requires_grad: true));
        Should.Throw<FormatException>(() => y.backward()).Message.ShouldBe("from backward");
    }

    [Fact]
    public void Checkpoint_RecomputedInBackward_GivesTheGradientsOfTheCapturedParameter()
    {
        using var scope = NewDisposeScope();
        using var weight = nn.Parameter(randn(4L, 4L));
        var x = randn(3L, 4L, requires_grad: true);
        nn.functional.linear(x, weight).tanh().pow(2).sum().backward();
        var (wantWeight, wantInput) = (weight.grad!.clone(), x.grad!.clone());
        weight.grad = null;
        x.grad = null;
        Func<Tensor, Tensor> block = input => nn.functional.linear(input, weight).tanh();
        Recompute.apply(x, block)[0].pow(2).sum().backward();
        weight.grad!.allclose(wantWeight).ShouldBeTrue();
        x.grad!.allclose(wantInput).ShouldBeTrue();
    }

    [Fact]
    public void LambdaLR_Step_MultipliesTheInitialRate()
    {
        using var weight = nn.Parameter(ones(1L));
        using var optimizer = optim.SGD([weight], 0.5);
        var schedule = optim.lr_scheduler.LambdaLR(optimizer, epoch => 1.0 / (1 + epoch));
        schedule.get_last_lr().ShouldBe([0.5]);
        schedule.step();
        optimizer.ParamGroups.Single().LearningRate.ShouldBe(0.25);
        weight.pow(2).sum().backward();
        optimizer.step();
        weight.ToSingle().ShouldBe(0.5f);
    }

    private sealed class Cube : autograd.SingleTensorFunction<Cube>
    {
        public override string Name => nameof(Cube);

        public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
        {
            ctx.save_for_backward([(Tensor)vars[0]]);
            return ((Tensor)vars[0]).pow(3);
        }

        public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output) =>
            [grad_output * ctx.get_saved_variables()[0].pow(2) * 3, null!];
    }

    private sealed class Failing : autograd.SingleTensorFunction<Failing>
    {
        public override string Name => nameof(Failing);

        public override Tensor forward(autograd.AutogradContext ctx, params object[] vars) => ((Tensor)vars[0]).clone();

        public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output) =>
            throw new FormatException("from backward");
    }

    private sealed class Recompute : autograd.MultiTensorFunction<Recompute>
    {
        public override string Name => nameof(Recompute);

        public override List<Tensor> forward(autograd.AutogradContext ctx, params object[] vars)
        {
            ctx.save_for_backward([(Tensor)vars[0]]);
            ctx.save_data("block", vars[1]);
            return [((Func<Tensor, Tensor>)vars[1])((Tensor)vars[0])];
        }

        public override List<Tensor> backward(autograd.AutogradContext ctx, List<Tensor> grad_outputs)
        {
            var input = ctx.get_saved_variables()[0].detach().requires_grad_();
            using var withGrad = enable_grad();
            var output = ((Func<Tensor, Tensor>)ctx.get_data("block")!)(input);
            autograd.backward([output], grad_outputs);
            return [input.grad!, null!];
        }
    }
}
