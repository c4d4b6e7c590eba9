using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Llm.Kernels;

/// <summary>
/// Attention from matrix products and a softmax in float32; runs of tokens are computed one after the other.
/// </summary>
internal static class ComposedAttention
{
    public static Tensor Run(Tensor query, Tensor key, Tensor value, AttentionPattern pattern)
    {
        if (pattern.Visible is { } visible)
        {
            return Block(query, key, value, pattern, visible);
        }

        var (rows, length) = (query.size(0), query.size(1));
        if (pattern.Segments.Count == 0)
        {
            return Block(query, key, value, pattern, Causal(length, pattern.Window, query.device));
        }

        var parts = new List<Tensor>();
        var outputs = new List<Tensor>();
        var next = 0;
        for (var row = 0; row < rows; row++)
        {
            parts.Clear();
            long position = 0;
            for (; next < pattern.Segments.Count && pattern.Segments[next].Row == row; next++)
            {
                var segment = pattern.Segments[next];
                AddGap(parts, query, segment.Start - position);
                var (q, k, v) = (Part(query, segment), Part(key, segment), Part(value, segment));
                parts.Add(Block(q, k, v, pattern, Causal(segment.Length, pattern.Window, query.device)));
                position = segment.Start + segment.Length;
            }

            AddGap(parts, query, length - position);
            outputs.Add(parts.Count == 1 ? parts[0] : cat(parts, 1));
        }

        return outputs.Count == 1 ? outputs[0] : cat(outputs, 0);
    }

    private static Tensor Part(Tensor x, AttentionSegment segment) =>
        x.narrow(0, segment.Row, 1).narrow(1, segment.Start, segment.Length);

    private static void AddGap(List<Tensor> parts, Tensor query, long length)
    {
        if (length > 0)
        {
            parts.Add(zeros([1, length, query.size(2) * query.size(3)], query.dtype, query.device));
        }
    }

    private static Tensor Causal(long length, int? window, Device device)
    {
        var all = ones([length, length], ScalarType.Bool, device).tril();
        return window is { } width && width < length
            ? all.logical_and(ones([length, length], ScalarType.Bool, device).triu(1 - width)) : all;
    }

    // The heads that share a key are folded into the query's length, so that keys and values are never repeated.
    private static Tensor Block(Tensor query, Tensor key, Tensor value, AttentionPattern pattern, Tensor visible)
    {
        var (b, s, h, d) = (query.size(0), query.size(1), query.size(2), query.size(3));
        var (length, kv) = (key.size(1), key.size(2));
        var group = h / kv;
        var q = query.view(b, s, kv, group, d).permute(0, 2, 3, 1, 4).reshape(b, kv, group * s, d);
        var k = key.permute(0, 2, 3, 1);
        var v = value.permute(0, 2, 1, 3);
        var scores = ComposedExtras.Wide(q.matmul(k) * pattern.Scale);
        if (pattern.SoftCap is { } cap)
        {
            scores = (scores / cap).tanh() * cap;
        }

        var hidden = visible.ndim == 2 ? visible.logical_not() : visible.logical_not().unsqueeze(1);
        var weights = scores.view(b, kv, group, s, length).masked_fill(hidden, float.NegativeInfinity).softmax(-1)
            .to(query.dtype);
        var mixed = weights.view(b, kv, group * s, length).matmul(v);
        return mixed.view(b, kv, group, s, d).permute(0, 3, 1, 2, 4).reshape(b, s, h * d);
    }
}
