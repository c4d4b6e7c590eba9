using Pipeline.Llm.Configuration;
using Pipeline.Llm.Kernels;
using static TorchSharp.torch;

namespace Pipeline.Llm.Modules;

/// <summary>Rotary attention with grouped keys; projections are separate, or one tensor (Phi-3).</summary>
internal sealed class Attention(
    ModelConfig config, int layer, IReadOnlyList<LinearLayer> projections, LinearLayer output, RmsNormLayer? queryNorm,
    RmsNormLayer? keyNorm)
{
    private readonly bool _slides = config.SlidingLayers[layer];

    /// <summary>States [b, s, d] to states [b, s, d].</summary>
    public Tensor Forward(Tensor x, ForwardContext context)
    {
        var (q, k, v) = Project(x, context.Route);
        q = queryNorm?.Forward(q, context.Route) ?? q;
        k = keyNorm?.Forward(k, context.Route) ?? k;
        var rotation = _slides ? context.SlidingRotation : context.Rotation;
        q = TorchExtras.Current.Rotate(q, rotation.Cos, rotation.Sin);
        k = TorchExtras.Current.Rotate(k, rotation.Cos, rotation.Sin);
        var pattern = _slides ? context.SlidingPattern : context.Pattern;
        if (context.Cache is { } cache)
        {
            cache.Store(layer, k, v);
            if (pattern.Visible is not null)
            {
                var (keys, values) = cache.Read(layer);
                (k, v) = (keys.to(q.device), values.to(q.device));
            }
        }

        return output.Forward(TorchExtras.Current.Attention(q, k, v, pattern), context.Route);
    }

    private (Tensor Q, Tensor K, Tensor V) Project(Tensor x, AdapterRoute route)
    {
        var (b, s, d) = (x.size(0), x.size(1), config.HeadDimension);
        var (heads, kv) = (config.HeadCount, config.KeyValueHeadCount);
        if (projections.Count == 1)
        {
            var all = projections[0].Forward(x, route).view(b, s, heads + 2 * kv, d);
            return (all.narrow(2, 0, heads), all.narrow(2, heads, kv), all.narrow(2, heads + kv, kv));
        }

        return (
            projections[0].Forward(x, route).view(b, s, heads, d),
            projections[1].Forward(x, route).view(b, s, kv, d),
            projections[2].Forward(x, route).view(b, s, kv, d));
    }
}
