using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Llm.Quantization;

/// <summary>x·Wᵀ + s·(u·Aᵀ)·Bᵀ as one node, with W restored from few bits in each direction and the rest in the type of x.</summary>
/// <remarks>Arguments: x, u (x itself, or x after dropout), the weight, A, B, s. The same arithmetic as the fused kernel for dense weights.</remarks>
internal sealed class QuantizedLora : autograd.SingleTensorFunction<QuantizedLora>
{
    private const string Weight = "weight";
    private const string Scaling = "scaling";
    private const string IsShared = "shared";
    private const string Type = "type";

    public override string Name => nameof(QuantizedLora);

    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var (x, update, weight) = ((Tensor)vars[0], (Tensor)vars[1], (IQuantizedWeight)vars[2]);
        var (a, b, scaling) = (((Tensor)vars[3]).to(x.dtype), ((Tensor)vars[4]).to(x.dtype), (double)vars[5]);
        var rows = update.reshape(-1, update.size(-1));
        var middle = rows.matmul(a.t());
        using var dense = weight.Restore();
        var plain = nn.functional.linear(x.reshape(-1, x.size(-1)), dense);
        ctx.save_for_backward([rows, a, b, middle]);
        ctx.save_data(Weight, weight);
        ctx.save_data(Scaling, scaling);
        ctx.save_data(Type, ((Tensor)vars[3]).dtype);
        ctx.save_data(IsShared, ReferenceEquals(x, update));
        return plain.addmm(middle * scaling, b.t()).view([.. x.shape[..^1], plain.size(1)]);
    }

    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        // All of it was saved by forward.
        var (scaling, isShared, type) = ((double)ctx.get_data(Scaling)!, (bool)ctx.get_data(IsShared)!, (ScalarType)ctx.get_data(Type)!);
        var saved = ctx.get_saved_variables();
        var (rows, a, b, middle) = (saved[0], saved[1], saved[2], saved[3]);
        var gradient = grad_output.reshape(-1, grad_output.size(-1));
        var low = gradient.matmul(b) * scaling;
        using var dense = ((IQuantizedWeight)ctx.get_data(Weight)!).Restore();
        var shape = new List<long>([.. grad_output.shape[..^1], a.size(1)]).ToArray();
        var input = gradient.matmul(dense);
        input = isShared ? input.addmm(low, a) : input;
        return
        [
            input.view(shape),
            isShared ? null! : low.matmul(a).view(shape),
            null!,
            low.t().matmul(rows).to(type),
            (gradient.t().matmul(middle) * scaling).to(type),
            null!,
        ];
    }
}
