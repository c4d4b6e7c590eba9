using Pipeline.Llm.Kernels;
using Pipeline.Llm.Quantization;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Llm.Tests.Kernels;

/// <summary>
/// The operators for accelerators against the composed ones; on a machine without one they run on the CPU.
/// </summary>
public sealed class DeviceExtrasTests
{
    private static readonly ComposedExtras Composed = new();
    private static readonly DeviceExtras Fewer = new();
    private static readonly Device Where = cuda.is_available() ? CUDA : CPU;

    [Fact]
    public void Rotate_WholeAndPartialHeads_EqualsComposedForwardAndBackward()
    {
        using var scope = NewDisposeScope();
        manual_seed(4);
        foreach (long tables in new long[] { 1, 3 })
        {
            var angles = randn(tables, 5, 1, 8, ScalarType.Float64, Where);
            foreach (long width in new long[] { 16, 20 })
            {
                Same(randn(3, 5, 4, width, ScalarType.Float64, Where),
                    (extras, x) => extras.Rotate(x, angles.cos(), angles.sin()), 1e-12);
            }
        }
    }

    [Fact]
    public void SelectRows_DistinctRows_EqualsComposedForwardAndBackward()
    {
        using var scope = NewDisposeScope();
        var rows = tensor(new long[] { 4, 0, 6 }, device: Where);
        Same(randn(7, 5, device: Where), (extras, x) => extras.SelectRows(x, rows), 0);
    }

    [Fact]
    public void RmsNorm_BothTypes_EqualsComposedForwardAndBackward()
    {
        using var scope = NewDisposeScope();
        manual_seed(5);
        var weight = randn(96, device: Where);
        Same(randn(2, 7, 96, device: Where), (extras, x) => extras.RmsNorm(x, weight, 1e-5, addsOne: false), 1e-5);
        Same(randn(2, 7, 96, ScalarType.BFloat16, Where),
            (extras, x) => extras.RmsNorm(x, weight.bfloat16(), 1e-5, addsOne: false), 0.06);
    }

    [Theory]
    [InlineData(ScalarType.Float32, null, 1e-4)]
    [InlineData(ScalarType.BFloat16, null, 0.06)]
    [InlineData(ScalarType.BFloat16, 3, 0.06)]
    public void Attention_RunsOfTokens_EqualsComposedForwardAndBackward(ScalarType type, int? window, double tolerance)
    {
        using var scope = NewDisposeScope();
        manual_seed(6);
        var pattern = new AttentionPattern
        {
            Scale = 0.3,
            Window = window,
            Segments = [new(0, 0, 3), new(0, 3, 8)],
            Bounds = tensor(new[] { 0, 3, 11 }, device: Where),
            LongestRun = 8,
        };
        var (key, value) = (randn(1, 11, 2, 16, device: Where).to(type), randn(1, 11, 2, 16, device: Where).to(type));
        Same(randn(1, 11, 4, 16, device: Where).to(type), (extras, x) => extras.Attention(x, key, value, pattern),
            tolerance);
    }

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.BFloat16)]
    public void RestoreNf4_WholeAndPartialBlocks_EqualsComposedExactly(ScalarType type)
    {
        using var scope = NewDisposeScope();
        manual_seed(8);
        foreach (var shape in new[] { new long[] { 6, 64 }, [5, 30] })
        {
            var (packed, scales) = Nf4Codec.Quantize(randn(shape).data<float>().ToArray());
            var weight =
                new PackedNf4(shape, tensor(packed, device: Where), tensor(scales, device: Where), null, null, 0);
            (Fewer.RestoreNf4(weight, type) - Composed.RestoreNf4(weight, type)).abs().max().ToDouble().ShouldBe(0);
        }
    }

    [Fact]
    public void NormsAndScale_FewTensors_EqualComposed()
    {
        using var scope = NewDisposeScope();
        Tensor[] tensors = [randn(3, 4, device: Where), randn(5, device: Where)];
        (Fewer.Norms(tensors) - Composed.Norms(tensors)).abs().max().ToDouble().ShouldBeInRange(0, 1e-6);
        var doubled = tensors[0] * 2;
        Fewer.Scale(tensors, 2);
        (tensors[0] - doubled).abs().max().ToDouble().ShouldBe(0);
    }

    [Fact]
    public void AdamW_ThreeSteps_EqualsComposed()
    {
        using var scope = NewDisposeScope();
        manual_seed(7);
        var start = randn(40, device: Where);
        var results = new List<Tensor>();
        foreach (var extras in new ITorchExtras[] { Composed, Fewer })
        {
            Tensor[] p = [start.clone()], m = [zeros_like(start)], v = [zeros_like(start)];
            for (var step = 1; step <= 3; step++)
            {
                extras.AdamW(p, [(start * step).cos()], m, v, new(1e-2, 0.9, 0.99, 1e-8, 0.05, step));
            }

            results.Add(p[0]);
        }

        (results[0] - results[1]).abs().max().ToDouble().ShouldBeInRange(0, 1e-6);
    }

    private static void Same(Tensor input, Func<ITorchExtras, Tensor, Tensor> run, double tolerance)
    {
        (Tensor Result, Tensor Gradient) Measure(ITorchExtras extras)
        {
            var leaf = input.detach().clone().requires_grad_();
            var result = run(extras, leaf);
            (result * arange(result.numel(), device: Where).view(result.shape).sin()).sum().backward();
            return (result.detach(), leaf.grad ?? throw new InvalidOperationException("no gradient"));
        }

        var (expected, actual) = (Measure(Composed), Measure(Fewer));
        (actual.Result - expected.Result).abs().max().ToDouble().ShouldBeInRange(0, tolerance);
        (actual.Gradient - expected.Gradient).abs().max().ToDouble().ShouldBeInRange(0, tolerance);
    }
}
