using static TorchSharp.torch;

namespace TorchSharp.Tests;

/// <summary>Products of every layout agree with float64, whichever library computes them.</summary>
public sealed class MatrixProductTests
{
    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(3, 5, 7)]
    [InlineData(64, 33, 129)]
    [InlineData(200, 16, 256)]
    public void Products_EveryLayout_EqualFloat64(int m, int n, int k)
    {
        using var scope = NewDisposeScope();
        manual_seed(m);
        var a = randn(m, k);
        var b = randn(k, n);
        Tensor[] lefts = [a, a.t().contiguous().t()];
        Tensor[] rights = [b, b.t().contiguous().t()];
        var exact = a.@double().matmul(b.@double());
        foreach (var left in lefts)
        {
            foreach (var right in rights)
            {
                Difference(left.matmul(right), exact).ShouldBeLessThan(1e-4);
                var start = ones(m, n);
                Difference(start.addmm(left, right, beta: 0.5f, alpha: 2), exact * 2 + 0.5).ShouldBeLessThan(1e-4);
                Difference(start.addmm(left, right, beta: 0, alpha: 1), exact).ShouldBeLessThan(1e-4);
            }
        }
    }

    [Fact]
    public void Products_WithoutInnerSize_AreZero()
    {
        using var scope = NewDisposeScope();
        zeros(3, 0).matmul(zeros(0, 4)).abs().sum().item<float>().ShouldBe(0);
        ones(3, 4).addmm(zeros(3, 0), zeros(0, 4), beta: 2).sum().item<float>().ShouldBe(24);
    }

    // A NaN would pass for small.
    private static double Difference(Tensor ours, Tensor exact) =>
        (ours.@double() - exact).abs().max().item<double>() is var gap && double.IsNaN(gap)
            ? double.PositiveInfinity : gap;
}
