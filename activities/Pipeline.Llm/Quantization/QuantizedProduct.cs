using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Llm.Quantization;

/// <summary>
/// x·Wᵀ with W restored from few bits in each direction, so that no dense weight outlives the product.
/// </summary>
internal sealed class QuantizedProduct : autograd.SingleTensorFunction<QuantizedProduct>
{
    private const string Key = "weight";

    public override string Name => nameof(QuantizedProduct);

    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var weight = (IQuantizedWeight)vars[1];
        ctx.save_data(Key, weight);
        using var dense = weight.Restore();
        return nn.functional.linear((Tensor)vars[0], dense);
    }

    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        using var dense = ((IQuantizedWeight)ctx.get_data(Key)!).Restore(); // saved by forward
        return [grad_output.matmul(dense), null!];
    }
}
