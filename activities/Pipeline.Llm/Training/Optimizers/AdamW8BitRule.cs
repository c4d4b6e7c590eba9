using Pipeline.Llm.Quantization;
using static TorchSharp.torch;

namespace Pipeline.Llm.Training.Optimizers;

/// <summary>AdamW whose moments are 8-bit codes of the dynamic maps with one scale for 256 elements.</summary>
/// <remarks>Source: 8-bit optimizers (arXiv 2110.02861). Tensors below 4,096 elements keep float32 moments, as
/// bitsandbytes does,
/// because their scales would cost more accuracy than the codes save memory.</remarks>
internal sealed class AdamW8BitRule(AdamWRule full, double beta1, double beta2) : IUpdateRule
{
    /// <summary>Smallest tensor whose moments are quantised.</summary>
    public const long MinimumElements = 4096;

    public void Update(Tensor weights, Tensor gradient, ParameterState state, double rate, double weightDecay)
    {
        if (weights.numel() < MinimumElements)
        {
            full.Update(weights, gradient, state, rate, weightDecay);
            return;
        }

        var (signed, unsigned) = (Map(CodeBooks.DynamicSigned, weights), Map(CodeBooks.DynamicUnsigned, weights));
        var first = Restore(state, "exp_avg", weights, signed.Levels);
        var second = Restore(state, "exp_avg_sq", weights, unsigned.Levels);
        first.mul_(beta1).add_(gradient, 1 - beta1);
        second.mul_(beta2).addcmul_(gradient, gradient, 1 - beta2);
        full.Apply(weights, first, second, state.Step, rate, weightDecay);
        Store(state, "exp_avg", first, signed.Midpoints);
        Store(state, "exp_avg_sq", second, unsigned.Midpoints);
    }

    private static (Tensor Levels, Tensor Midpoints) Map(IReadOnlyList<float> levels, Tensor like) =>
        (tensor(levels.ToArray(), device: like.device), tensor(CodeBooks.Midpoints(levels), device: like.device));

    private static Tensor Restore(ParameterState state, string name, Tensor weights, Tensor levels)
    {
        if (!state.Tensors.TryGetValue(name + ".codes", out var codes))
        {
            return zeros(weights.shape, float32, weights.device);
        }

        var padded = levels.index_select(0, codes.@long()).view(-1, BlockwiseInt8.Block);
        var values = padded.mul_(state.Tensors[name + ".absmax"].unsqueeze(1));
        return values.view(-1).narrow(0, 0, weights.numel()).view(weights.shape);
    }

    private static void Store(ParameterState state, string name, Tensor values, Tensor midpoints)
    {
        var flat = values.reshape(-1);
        var padding = (BlockwiseInt8.Block - (flat.numel() % BlockwiseInt8.Block)) % BlockwiseInt8.Block;
        var blocks = (padding == 0 ? flat : cat([flat, zeros(padding, flat.dtype, flat.device)]))
            .view(-1, BlockwiseInt8.Block);
        var scales = blocks.abs().amax([1L]);
        var divisor = scales.masked_fill(scales.eq(0), 1).unsqueeze(1);
        var codes = blocks.div(divisor).clamp_(-1, 1).bucketize(midpoints).to(uint8).view(-1);
        state.Get(name + ".codes", () => zeros_like(codes)).copy_(codes);
        state.Get(name + ".absmax", () => zeros_like(scales)).copy_(scales);
    }
}
