using Pipeline.Llm.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Llm.Tests.Kernels;

/// <summary>The operator that GPUs use against the composed attention; both run on the CPU too.</summary>
public sealed class SdpaAttentionTests
{
    private static readonly AttentionSegment[] Packed = [new(0, 0, 3), new(0, 3, 8), new(1, 0, 11)];
    private static readonly AttentionSegment[] LeftPadded = [new(0, 4, 7), new(1, 0, 11)];
    private static readonly AttentionSegment[] RightPadded = [new(0, 0, 6), new(1, 0, 11)];

    public static TheoryData<string, int?, double> Patterns => new()
    {
        { "none", null, 0.25 }, { "none", 4, 0.25 }, { "packed", null, 0.3 }, { "packed", 3, 0.25 },
        { "left", null, 0.25 }, { "left", 5, 0.1 }, { "right", null, 0.25 }, { "right", 4, 0.25 },
    };

    [Theory]
    [MemberData(nameof(Patterns))]
    public void Run_EveryPattern_EqualsComposedForwardAndBackward(string layout, int? window, double scale)
    {
        using var scope = NewDisposeScope();
        manual_seed(3);
        AttentionSegment[] segments =
            layout switch { "packed" => Packed, "left" => LeftPadded, "right" => RightPadded, _ => [] };
        var pattern = new AttentionPattern { Scale = scale, Window = window, Segments = segments };
        Tensor[] inputs = [randn(2, 11, 4, 16), randn(2, 11, 2, 16), randn(2, 11, 2, 16)];
        // Only tokens of a run are compared: padding means nothing.
        var real = zeros(2, 11, 1);
        foreach (var segment in segments.Length > 0 ? segments : [new(0, 0, 11), new(1, 0, 11)])
        {
            real.narrow(0, segment.Row, 1).narrow(1, segment.Start, segment.Length).fill_(1);
        }

        var (expected, gradients) = Measure(inputs, (q, k, v) => ComposedAttention.Run(q, k, v, pattern) * real);
        var (actual, others) = Measure(inputs, (q, k, v) => SdpaAttention.Run(q, k, v, pattern) * real);
        (actual - expected).Largest().ShouldBeLessThan(1e-5);
        foreach (var (one, other) in gradients.Zip(others))
        {
            (one - other).Largest().ShouldBeLessThan(1e-5);
        }
    }

    private static (Tensor Result, Tensor[] Gradients) Measure(
        Tensor[] inputs, Func<Tensor, Tensor, Tensor, Tensor> run)
    {
        Tensor[] leaves = [.. inputs.Select(input => input.detach().clone().requires_grad_())];
        var result = run(leaves[0], leaves[1], leaves[2]);
        (result * arange(result.numel()).view(result.shape).sin()).sum().backward();
        return (result.detach(),
            [.. leaves.Select(leaf => leaf.grad ?? throw new InvalidOperationException("no gradient"))]);
    }
}
