using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace TorchSharp.Tests;

public sealed class TensorTests
{
    [Fact]
    public void Rand_Seed42_EqualsPyTorch()
    {
        using var generator = new Generator(42);
        using var values = rand([3L], generator: generator);
        values.data<float>().ToArray().ShouldBe([.88226926f, .91500396f, .38286376f], 1e-7f);
        using var order = randperm(8, generator: new Generator(42));
        order.data<long>().ToArray().ShouldBe([6, 3, 0, 7, 2, 1, 4, 5]);
    }

    [Fact]
    public void GeneratorState_Restored_RepeatsTheNumbers()
    {
        using var generator = new Generator(7);
        using var state = generator.get_state();
        using var first = randn([20L], generator: generator);
        generator.set_state(state);
        using var second = randn([20L], generator: generator);
        second.Equals(first).ShouldBeTrue();
        manual_seed(5);
        using var globalState = get_rng_state();
        using var third = rand(4L);
        set_rng_state(globalState);
        rand(4L).Equals(third).ShouldBeTrue();
    }

    [Fact]
    public void Index_MixedEntries_FollowsPython()
    {
        using var scope = NewDisposeScope();
        var x = arange(24).reshape(2, 3, 4);
        x[1, 2, 3].ToInt64().ShouldBe(23);
        x[TensorIndex.Ellipsis, TensorIndex.Single(1)].shape.ShouldBe([2, 3]);
        x[TensorIndex.Colon, TensorIndex.Slice(1, 3), TensorIndex.None].shape.ShouldBe([2, 2, 1, 4]);
        x[TensorIndex.Colon, TensorIndex.Tensor(tensor(new long[] { 2, 0 }))].sum([0L, 2L]).data<long>().ToArray()
            .ShouldBe([(8 + 9 + 10 + 11) + (20 + 21 + 22 + 23), (0 + 1 + 2 + 3) + (12 + 13 + 14 + 15)]);
        x[TensorIndex.Tensor(x > 20)].data<long>().ToArray().ShouldBe([21, 22, 23]);
        x[0, 0] = tensor(new long[] { 9, 9, 9, 9 });
        x[0, 0].sum().ToInt64().ShouldBe(36);
    }

    [Fact]
    public void Promotion_ScalarsAndTypes_FollowLibtorch()
    {
        using var scope = NewDisposeScope();
        (arange(3) + 1.5).dtype.ShouldBe(ScalarType.Float32);
        (ones(2L, bfloat16) * 2).dtype.ShouldBe(ScalarType.BFloat16);
        (ones(2L, bfloat16) + ones(2L)).dtype.ShouldBe(ScalarType.Float32);
        full([2L], 3).dtype.ShouldBe(ScalarType.Int64);
        (5 - tensor(2f)).ToSingle().ShouldBe(3f);
        (6 / tensor(2f)).ToSingle().ShouldBe(3f);
        (-7 % tensor(3L)).ShouldNotBeNull();
    }

    [Fact]
    public void ToType_SameType_ReturnsAnotherObjectOverTheSameMemory()
    {
        using var x = zeros(2L);
        using (var same = x.to_type(ScalarType.Float32))
        {
            same.fill_(4);
        }

        x.data<float>().ToArray().ShouldBe([4, 4]);
    }

    [Fact]
    public void InPlace_Call_ReturnsTheSameObject()
    {
        using var x = ones(2L);
        x.add_(1).ShouldBeSameAs(x);
        x.mul_(x).ShouldBeSameAs(x);
    }

    [Fact]
    public void FailedOperator_Shapes_ThrowsExternalExceptionWithTheReason()
    {
        using var scope = NewDisposeScope();
        Should.Throw<ExternalException>(() => ones(2L, 3L).matmul(ones(2L, 3L))).Message.ShouldContain(
            "cannot be multiplied");
    }

    [Fact]
    public void DisposedTensor_Use_ThrowsInvalidOperation()
    {
        var x = ones(2L);
        x.Dispose();
        x.IsInvalid.ShouldBeTrue();
        Should.Throw<InvalidOperationException>(() => x.add(1)).Message.ShouldBe("Tensor invalid -- empty handle.");
    }

    [Fact]
    public void Streams_BFloat16_RoundTrips()
    {
        using var scope = NewDisposeScope();
        var x = randn(5L, 7L).bfloat16();
        using var stream = new MemoryStream();
        x.t().contiguous().WriteBytesToStream(stream, 1 << 20);
        stream.Length.ShouldBe(70);
        stream.Position = 0;
        var y = empty([7L, 5L], bfloat16);
        y.ReadBytesFromStream(stream, 16);
        y.t().Equals(x).ShouldBeTrue();
        Should.Throw<NotSupportedException>(() => x.t().bytes.Length);
    }

    [Fact]
    public void FromArray_ManagedMemory_IsShared()
    {
        var values = new float[,] { { 1, 2 }, { 3, 4 } };
        using var shared = from_array(values);
        values[1, 0] = 30;
        shared[1, 0].ToSingle().ShouldBe(30);
        using var copied = tensor(values);
        values[0, 0] = 10;
        copied[0, 0].ToSingle().ShouldBe(1);
    }

    [Fact]
    public void Attention_Casual_EqualsTheComposedForm()
    {
        using var scope = NewDisposeScope();
        var (q, k, v) = (randn(1L, 2L, 5L, 8L), randn(1L, 2L, 5L, 8L), randn(1L, 2L, 5L, 8L));
        var mask = ones([5L, 5L], ScalarType.Bool).tril();
        var composed = q.matmul(k.mT).div(Math.Sqrt(8)).masked_fill(~mask, double.NegativeInfinity).softmax(-1)
            .matmul(v);
        nn.functional.scaled_dot_product_attention(q, k, v, is_casual: true).allclose(composed, 1e-5, 1e-6)
            .ShouldBeTrue();
        nn.functional.scaled_dot_product_attention(q, k, v, mask).allclose(composed, 1e-5, 1e-6).ShouldBeTrue();
    }
}
