using static TorchSharp.torch;

namespace Pipeline.Llm.Modules;

/// <summary>
/// One layer: attention and feed-forward, each with a norm before it and, in Gemma 2 and 3, one after it.
/// </summary>
internal sealed record DecoderLayer(
    RmsNormLayer InputNorm, Attention Attention, RmsNormLayer? AfterAttention, RmsNormLayer FeedForwardNorm,
    FeedForward FeedForward,
    RmsNormLayer? AfterFeedForward)
{
    /// <summary>States [b, s, d] to states [b, s, d].</summary>
    public Tensor Forward(Tensor x, ForwardContext context)
    {
        using var scope = NewDisposeScope();
        var attended = Attention.Forward(InputNorm.Forward(x, context.Route), context);
        var middle = x + (AfterAttention?.Forward(attended, context.Route) ?? attended);
        var fed = FeedForward.Forward(FeedForwardNorm.Forward(middle, context.Route), context.Route);
        return (middle + (AfterFeedForward?.Forward(fed, context.Route) ?? fed)).MoveToOuterDisposeScope();
    }
}
