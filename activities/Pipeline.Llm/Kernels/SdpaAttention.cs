using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Llm.Kernels;

/// <summary>
/// Attention through the library's scaled-dot-product operator, whose GPU kernels keep no [s, s] matrix where no mask
/// is needed.
/// </summary>
internal static class SdpaAttention
{
    /// <summary>Whether the operator can express the pattern; it has no soft cap.</summary>
    public static bool Fits(Tensor query, AttentionPattern pattern) =>
        query.device_type == DeviceType.CUDA && pattern.SoftCap is null;

    /// <summary>Heads [b, s, h, hd] to [b, s, h · hd].</summary>
    public static Tensor Run(Tensor query, Tensor key, Tensor value, AttentionPattern pattern)
    {
        var (b, s, h, d) = (query.size(0), query.size(1), query.size(2), query.size(3));
        var group = h / key.size(2);
        // The operator scales by 1/√hd; the rest of the model's own scale goes into the query.
        var rest = pattern.Scale * Math.Sqrt(d);
        var q = (Math.Abs(rest - 1) < 1e-12 ? query : query * rest).transpose(1, 2);
        var mask = pattern.Visible ?? (NeedsMask(pattern, b, s) ? Mask(pattern, b, s, query.device) : null);
        var mixed = nn.functional.scaled_dot_product_attention(
            q, Shared(key, group), Shared(value, group), mask, is_casual: mask is null);
        return mixed.transpose(1, 2).reshape(b, s, h * d);
    }

    // Causal order alone is right when each row is one run from its first column: what follows the run is padding that
    // means nothing.
    private static bool NeedsMask(AttentionPattern pattern, long rows, long length)
    {
        if (pattern.Window is { } window && window < length)
        {
            return true;
        }

        return pattern.Segments.Count > 0
            && (pattern.Segments.Count > rows || pattern.Segments.Any(segment => segment.Start > 0));
    }

    // [b, 1, s, s]: true where a query sees a key. Padding sees itself only, so that no row of the softmax is empty.
    private static Tensor Mask(AttentionPattern pattern, long rows, long length, Device device)
    {
        using var scope = NewDisposeScope();
        var columns = arange(length, ScalarType.Int64, device);
        var distance = columns.unsqueeze(1) - columns.unsqueeze(0);
        var near = distance.ge(0);
        near = pattern.Window is { } window ? near.logical_and(distance.lt(window)) : near;
        if (pattern.Segments.Count == 0)
        {
            return near.unsqueeze(0).unsqueeze(0).MoveToOuterDisposeScope();
        }

        var run = new long[rows * length];
        Array.Fill(run, -1);
        for (var i = 0; i < pattern.Segments.Count; i++)
        {
            var segment = pattern.Segments[i];
            Array.Fill(run, i, (int)(segment.Row * length + segment.Start), (int)segment.Length);
        }

        var runs = tensor(run, device: device).view(rows, length);
        var same = runs.unsqueeze(2).eq(runs.unsqueeze(1)).logical_and(runs.ge(0).unsqueeze(2));
        return same.logical_or(distance.eq(0)).logical_and(near).unsqueeze(1).MoveToOuterDisposeScope();
    }

    // [b, k, kv, hd] to [b, h, k, hd], each key shared by its group of queries.
    private static Tensor Shared(Tensor x, long group)
    {
        var heads = x.transpose(1, 2);
        return group == 1 ? heads : heads.unsqueeze(2).expand(x.size(0), x.size(2), group, x.size(1), x.size(3))
            .reshape(x.size(0), x.size(2) * group, x.size(1), x.size(3));
    }
}
