using static TorchSharp.torch;

namespace Pipeline.Llm.Training.Objectives;

/// <summary>Runs a function without keeping its intermediate results; the backward pass runs it again.</summary>
/// <remarks>Source: Training deep nets with sublinear memory cost (arXiv 1604.06174). Arguments: the function, then its
/// input, which must
/// require a gradient; parameters that the function uses get their gradients directly.</remarks>
internal sealed class Recomputation : autograd.SingleTensorFunction<Recomputation>
{
    private const string Key = "function";

    public override string Name => nameof(Recomputation);

    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var (function, input) = ((Func<Tensor, Tensor>)vars[0], (Tensor)vars[1]);
        ctx.save_data(Key, function);
        ctx.save_for_backward([input]);
        return function(input);
    }

    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        using var scope = NewDisposeScope();
        var function = (Func<Tensor, Tensor>)(ctx.get_data(Key)
            ?? throw new InvalidOperationException("the function was not saved"));
        using var grad = enable_grad();
        var input = ctx.get_saved_variables()[0].detach().requires_grad_();
        autograd.backward([function(input)], [grad_output]);
        var result = input.grad
            ?? throw new InvalidOperationException("the recomputed function does not depend on its input");
        // No gradient for the function itself.
        return [null!, result.MoveToOuterDisposeScope()];
    }
}
