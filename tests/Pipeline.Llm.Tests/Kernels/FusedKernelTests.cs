using Pipeline.Llm.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Llm.Tests.Kernels;

/// <summary>Every fused kernel against the composed one, forward and backward, in both element types.</summary>
public sealed class FusedKernelTests
{
    private static readonly ComposedExtras Composed = new();

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.BFloat16)]
    public void RmsNorm_BothKinds_EqualComposed(ScalarType type)
    {
        foreach (var addsOne in new[] { false, true })
        {
            Compare(type, extras => inputs => extras.RmsNorm(inputs[0], inputs[1], 1e-5, addsOne), [[2, 7, 96], [96]]);
        }
    }

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.BFloat16)]
    public void Rotate_TablesOfBatchAndOfRow_EqualComposed(ScalarType type)
    {
        foreach (long tables in new long[] { 1, 3 })
        {
            using var scope = NewDisposeScope();
            manual_seed(4);
            var angles = randn(tables, 5, 1, 8);
            var (cos, sin) = (angles.cos().to(type), angles.sin().to(type));
            Compare(type, extras => inputs => extras.Rotate(inputs[0], cos, sin), [[3, 5, 4, 16]]);
            // Wider heads than the tables (partial rotation), and a view with gaps between tokens.
            Compare(type, extras => inputs => extras.Rotate(inputs[0].narrow(2, 1, 2), cos, sin), [[3, 5, 4, 20]]);
        }
    }

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.BFloat16)]
    public void Gate_EveryActivation_EqualsComposed(ScalarType type)
    {
        foreach (var activation in Enum.GetValues<GateActivation>())
        {
            Compare(type, extras => inputs => extras.Gate(inputs[0] * 3, inputs[1], activation),
                [[2, 5, 37], [2, 5, 37]]);
        }
    }

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.BFloat16)]
    public void Attention_SegmentsWindowsAndCaps_EqualComposed(ScalarType type)
    {
        AttentionSegment[] packed = [new(0, 0, 1), new(0, 1, 90), new(0, 91, 49)];
        AttentionSegment[] padded = [new(0, 0, 140), new(1, 30, 100)];
        AttentionPattern[] patterns =
        [
            new() { Scale = 0.3 }, new() { Scale = 0.3, SoftCap = 2 }, new() { Scale = 0.3, Window = 9 }, new()
            {
                Scale = 0.3, Window = 70, SoftCap = 3,
            },
        ];
        foreach (var pattern in patterns)
        {
            Compare(type, extras => inputs => extras.Attention(inputs[0], inputs[1], inputs[2], pattern),
                [[2, 140, 4, 16], [2, 140, 2, 16], [2, 140, 2, 16]]);
            var padding = pattern with { Segments = padded };
            Compare(type, extras => inputs => extras.Attention(inputs[0], inputs[1], inputs[2], padding),
                [[2, 140, 4, 16], [2, 140, 2, 16], [2, 140, 2, 16]]);
            var packing = pattern with { Segments = packed };
            Compare(type, extras => inputs => extras.Attention(inputs[0], inputs[1], inputs[2], packing),
                [[1, 140, 4, 16], [1, 140, 1, 16], [1, 140, 1, 16]]);
        }
    }

    [Theory]
    [InlineData(ScalarType.Float32, 1e-5)]
    [InlineData(ScalarType.BFloat16, 2e-2)]
    public void Attention_OverACache_EqualsComposed(ScalarType type, double tolerance)
    {
        using var scope = NewDisposeScope();
        manual_seed(8);
        // Rows of a longer buffer, so that tokens are not where a packed tensor has them.
        var (query, keys, values) = (randn(2, 2, 4, 16).to(type), randn(2, 30, 2, 16).to(type).narrow(1, 0, 21),
            randn(2, 30, 2, 16).to(type).narrow(1, 0, 21));
        long[] ranges = [0, 5, 0, 6, 12, 20, 13, 21];
        var flags = new bool[2 * 2 * 21];
        for (var i = 0; i < 4; i++)
        {
            Array.Fill(flags, true, 21 * i + (int)ranges[2 * i], (int)(ranges[2 * i + 1] - ranges[2 * i]));
        }

        foreach (var cap in new double?[] { null, 1.5 })
        {
            var pattern = new AttentionPattern
            {
                Scale = 0.3,
                SoftCap = cap,
                KeyRanges = ranges,
                Visible = tensor(flags).view(2, 1, 2, 21),
            };
            var judge = Composed.Attention(
                query.to(ScalarType.Float32), keys.to(ScalarType.Float32), values.to(ScalarType.Float32), pattern);
            (Fused().Attention(query, keys, values, pattern) - judge).Largest().ShouldBeLessThan(tolerance);
        }
    }

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.BFloat16)]
    public void RestoreNf4_EveryCode_EqualsComposed(ScalarType type)
    {
        using var scope = NewDisposeScope();
        manual_seed(8);
        var codes = randint(0, 256, [1250], dtype: ScalarType.Byte);
        var plain = new PackedNf4([50, 50], codes, rand(40), null, null, 0);
        Fused().RestoreNf4(plain, type).equal(Composed.RestoreNf4(plain, type)).all().item<bool>().ShouldBeTrue();
        var many = randint(0, 256, [10_000], dtype: ScalarType.Byte);
        var nested =
            new PackedNf4([200, 100], many, randint(0, 256, [313], dtype: ScalarType.Byte), rand(2), randn(256), 0.25f);
        Fused().RestoreNf4(nested, type).equal(Composed.RestoreNf4(nested, type)).all().item<bool>().ShouldBeTrue();
    }

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.BFloat16)]
    public void LoraNf4_SharedAndDroppedInput_EqualComposed(ScalarType type)
    {
        using var scope = NewDisposeScope();
        manual_seed(11);
        var codes = randint(0, 256, [320 * 64 / 2], dtype: ScalarType.Byte);
        var weight =
            new PackedNf4([320, 64], codes, randint(0, 256, [320], dtype: ScalarType.Byte), rand(2), randn(256), 0.25f);
        var (a, b, bias) = (Leaf(randn(4, 64) / 5), Leaf(randn(320, 4) / 5), randn(320).to(type));
        Tensor Run(ITorchExtras extras, Tensor x, Tensor update, Tensor? added) =>
            extras.LoraNf4(x, weight, added, update, a, b, 2) ?? throw new InvalidOperationException("no node");
        Compare(type, extras => inputs => Run(extras, inputs[0], inputs[0], bias), [[2, 9, 64]], a, b);
        Compare(type, extras => inputs => Run(extras, inputs[0], inputs[1], null), [[2, 9, 64], [2, 9, 64]], a, b);
        Composed.LoraNf4(bias, weight, null, bias, a, b, 2).ShouldBeNull();
    }

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.BFloat16)]
    public void ScaleColumns_WithAndWithoutBias_EqualComposed(ScalarType type)
    {
        using var scope = NewDisposeScope();
        manual_seed(12);
        var (magnitude, norm, bias) = (Leaf(rand(150) + 0.5), rand(150) + 0.5, randn(150).to(type));
        Compare(type, extras => inputs => extras.ScaleColumns(inputs[0], magnitude, norm, null), [[2, 9, 150]],
            magnitude);
        Compare(type, extras => inputs => extras.ScaleColumns(inputs[0], magnitude, norm, bias), [[2, 9, 150]],
            magnitude);
    }

    [Fact]
    public void Linear_AFewTokens_EqualsComposedAndEachTokenAlone()
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        manual_seed(13);
        var (weight, bias) = ((randn(203, 77) / 8).to(ScalarType.BFloat16), randn(203).to(ScalarType.BFloat16));
        for (var tokens = 1; tokens <= 8; tokens++)
        {
            var x = randn(1, tokens, 77).to(ScalarType.BFloat16);
            var ours = Fused().Linear(x, weight, bias);
            var exact =
                Composed.Linear(x.to(ScalarType.Float64), weight.to(ScalarType.Float64), bias.to(ScalarType.Float64));
            // Half a step of the last of eight bits.
            ((ours.to(ScalarType.Float64) - exact) / exact.abs().clamp(min: 1e-2)).Largest()
                .ShouldBeLessThan(1.01 / 256);
            for (var token = 0; token < tokens; token++)
            {
                Fused().Linear(x.narrow(1, token, 1), weight, bias).equal(ours.narrow(1, token, 1)).all().item<bool>()
                    .ShouldBeTrue();
            }
        }
    }

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.BFloat16)]
    public void LoraLinear_SharedAndDroppedInput_EqualComposed(ScalarType type)
    {
        using var scope = NewDisposeScope();
        manual_seed(9);
        var (weight, bias) = ((randn(24, 32) / 5).to(type), randn(24).to(type));
        var a = Leaf(randn(4, 32) / 5);
        var b = Leaf(randn(24, 4) / 5);
        Compare(type, extras => inputs => extras.LoraLinear(inputs[0], weight, bias, inputs[0], a, b, 2), [[2, 9, 32]],
            a, b);
        Compare(type, extras => inputs => extras.LoraLinear(inputs[0], weight, null, inputs[1], a, b, 2),
            [[2, 9, 32], [2, 9, 32]], a, b);
    }

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.BFloat16)]
    public void LoraUpdate_OnAnotherProduct_EqualsComposed(ScalarType type)
    {
        using var scope = NewDisposeScope();
        manual_seed(10);
        var (a, b) = (Leaf(randn(4, 32) / 5), Leaf(randn(24, 4) / 5));
        Compare(type, extras => inputs => extras.LoraUpdate(inputs[0], inputs[1], a, b, 2), [[2, 9, 24], [2, 9, 32]], a,
            b);
    }

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.BFloat16)]
    public void CrossEntropy_CapsAndSmoothing_EqualComposed(ScalarType type)
    {
        using var scope = NewDisposeScope();
        manual_seed(3);
        var head = (randn(515, 32) / 4).to(type);
        var targets = randint(0, 515, [300], dtype: ScalarType.Int64);
        foreach (var (cap, smoothing) in new (double?, double)[] { (null, 0), (2, 0), (null, 0.1), (3, 0.2) })
        {
            Compare(type, extras => inputs => extras.CrossEntropy(inputs[0], head, targets, cap, smoothing).Loss,
                [[300, 32]]);
            Compare(type, extras => inputs =>
                extras.CrossEntropy(inputs[0], head, targets, cap, smoothing).Entropy.detach() + inputs[0].sum(),
                    [[300, 32]]);
        }

        var hidden = randn(300, 32).to(type);
        var fused = Fused().CrossEntropy(hidden, head, targets, null, 0);
        fused.Correct.eq(Composed.CrossEntropy(hidden, head, targets, null, 0).Correct).all().item<bool>()
            .ShouldBeTrue();
        Should.Throw<InvalidOperationException>(() => Fused().CrossEntropy(hidden, head, targets + 300, null, 0))
            .Message.ShouldContain("outside the vocabulary");
    }

    [Fact]
    public void CrossEntropy_NotANumber_StaysOne()
    {
        using var scope = NewDisposeScope();
        var hidden = full([2, 4], float.NaN);
        Fused().CrossEntropy(hidden, ones(8, 4), zeros(2, dtype: ScalarType.Int64), null, 0).Loss.isnan().all()
            .item<bool>().ShouldBeTrue();
        Fused().Gate(hidden, hidden, GateActivation.Silu).isnan().all().item<bool>().ShouldBeTrue();
        Fused().RmsNorm(hidden, ones(4), 1e-5, false).isnan().all().item<bool>().ShouldBeTrue();
    }

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.BFloat16)]
    public void Dropout_ShareScaleAndGradient_AreThoseOfItsMask(ScalarType type)
    {
        using var scope = NewDisposeScope();
        foreach (var probability in new[] { 0.05, 0.5 })
        {
            var x = Leaf(ones(400, 500).to(type));
            var y = Fused().Dropout(x, probability, new Generator(3));
            var kept = y.ne(0);
            kept.to(ScalarType.Float64).mean().item<double>().ShouldBe(1 - probability, 0.003);
            y.masked_select(kept).sub(1 / (1 - probability)).Largest().ShouldBeLessThan(0.01);
            // Neighbours along both dimensions are independent: pairs survive as often as the product says.
            Pairs(kept.narrow(0, 0, 399), kept.narrow(0, 1, 399))
                .ShouldBe((1 - probability) * (1 - probability), 0.005);
            Pairs(kept.narrow(1, 0, 499), kept.narrow(1, 1, 499))
                .ShouldBe((1 - probability) * (1 - probability), 0.005);
            y.sum().backward();
            (x.grad ?? throw new InvalidOperationException()).equal(y).all().item<bool>().ShouldBeTrue();
            Fused().Dropout(x, probability, new Generator(3)).equal(y).all().item<bool>().ShouldBeTrue();
            Fused().Dropout(x, probability, new Generator(4)).equal(y).all().item<bool>().ShouldBeFalse();
        }

        static double Pairs(Tensor a, Tensor b) => a.logical_and(b).to(ScalarType.Float64).mean().item<double>();
    }

    [Fact]
    public void AdamW_TwentySteps_EqualComposed()
    {
        using var scope = NewDisposeScope();
        var results = new List<Tensor>();
        foreach (var extras in new ITorchExtras[] { Composed, Fused() })
        {
            manual_seed(6);
            Tensor[] p = [randn(33, 7), randn(5)], m = [zeros(33, 7), zeros(5)], v = [zeros(33, 7), zeros(5)];
            for (var step = 1; step <= 20; step++)
            {
                Tensor[] g = [randn(33, 7), randn(5)];
                extras.AdamW(p, g, m, v, new(1e-2, 0.9, 0.99, 1e-8, 0.05, step, GradientScale: 0.5));
            }

            results.Add(cat([p[0].flatten(), p[1], m[0].flatten(), v[0].flatten()]));
        }

        (results[0] - results[1]).Largest().ShouldBeLessThan(2e-6);
    }

    private static NativeExtras Fused()
    {
        if (NativeExtras.TryCreate() is not { } native)
        {
            Assert.Skip("the native kernels come with the source-compatible TorchSharp only");
            throw new InvalidOperationException();
        }

        return native;
    }

    private static Tensor Leaf(Tensor value) => value.detach().requires_grad_(true);

    // The composed float32 result is the judge: bfloat16 may miss it by its own rounding, relative to the largest
    // number.
    private static void Compare(
        ScalarType type, Func<ITorchExtras, Func<Tensor[], Tensor>> kernel, long[][] shapes, params Tensor[] parameters)
    {
        using var scope = NewDisposeScope();
        manual_seed(1);
        var values = shapes.Select(shape => randn(shape).to(type)).ToArray();
        var (judge, ours) = (Run(Composed, ScalarType.Float64), Run(Fused(), type));
        var tolerance = type == ScalarType.Float32 ? 1e-5 : 3e-2;
        for (var i = 0; i < judge.Count; i++)
        {
            ours[i].Gap(judge[i]).ShouldBeLessThan(tolerance, $"{(i == 0 ? "result" : $"gradient {i - 1}")}, {type}");
        }

        var again = Run(Fused(), type);
        for (var i = 0; i < ours.Count; i++)
        {
            again[i].equal(ours[i]).all().item<bool>().ShouldBeTrue("two runs differ");
        }

        List<Tensor> Run(ITorchExtras extras, ScalarType kind)
        {
            var leaves = values.Select(value => Leaf(kind == ScalarType.Float64 ? value.to(ScalarType.Float32) : value))
                .ToArray();
            Tensor result;
            if (kind == ScalarType.Float64)
            {
                result = kernel(new WideExtras(extras))(leaves);
            }
            else
            {
                result = kernel(extras)(leaves);
            }

            manual_seed(2);
            var pull = randn(result.shape).to(type).to(result.dtype);
            (result * pull).sum().backward();
            var found = new List<Tensor> { result.detach() };
            foreach (var leaf in leaves.Concat(parameters))
            {
                found.Add((leaf.grad ?? zeros_like(leaf)).clone());
                leaf.grad?.zero_();
            }

            return found;
        }
    }
}
