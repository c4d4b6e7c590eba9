using System.Runtime.InteropServices;
using Pipeline.Llm.Generation;

namespace Pipeline.Llm.Tests.Generation;

public sealed unsafe class RowKernelTests : IDisposable
{
    private readonly List<nint> _memory = [];

    public void Dispose() => _memory.ForEach(place => NativeMemory.AlignedFree((void*)place));

    [Theory]
    [InlineData(37, 100, 5, false)]
    [InlineData(256, 704, 16, false)]
    [InlineData(8, 8, 1, false)]
    [InlineData(64, 40, 300, false)]
    [InlineData(37, 100, 5, true)]
    [InlineData(256, 704, 16, true)]
    [InlineData(64, 40, 300, true)]
    public void Add_AnyTile_IsTheLowRankUpdateAndTheSameForEachTokenAlone(int input, int output, int rank, bool isHalf)
    {
        var random = new Random(1);
        float[] Make(int count) => [.. Enumerable.Range(0, count).Select(_ => (float)random.NextDouble() - 0.5f)];
        var (a, b, x, y) =
            (Make(rank * input), Make(rank * output), Make(RowKernel.Tile * input), Make(RowKernel.Tile * output));
        var module = BankedModule.Pack(a, b, 0.5f, rank, isHalf, Take);
        for (var tokens = 1; tokens <= RowKernel.Tile; tokens++)
        {
            var together = Run(module, x, y, 0, tokens);
            for (var token = 0; token < tokens; token++)
            {
                Run(module, x, y, token, 1).ShouldBe(together.AsSpan(token * output, output).ToArray());
            }
        }

        (a, b) = isHalf ? (Array.ConvertAll(a, Rounded), Array.ConvertAll(b, Rounded)) : (a, b);
        var all = Run(module, x, y, 0, RowKernel.Tile);
        for (var i = 0; i < all.Length; i++)
        {
            var (token, column) = (i / output, i % output);
            var expected = y[i] + (0.5 * Enumerable.Range(0, rank).Sum(k =>
                b[(column * rank) + k] * Enumerable.Range(0, input)
                    .Sum(j => (double)a[(k * input) + j] * x[(token * input) + j])));
            ((double)all[i]).ShouldBe(expected, 1e-4);
        }
    }

    // The nearest number with eight bits, the even one of two that are equally near.
    private static float Rounded(float value)
    {
        var step = MathF.ScaleB(1, MathF.ILogB(value) - 7);
        return MathF.Round(value / step, MidpointRounding.ToEven) * step;
    }

    private nint Take(int bytes)
    {
        _memory.Add((nint)NativeMemory.AlignedAlloc((nuint)bytes, 64));
        return _memory[^1];
    }

    private static float[] Run(BankedModule module, float[] x, float[] y, int token, int tokens)
    {
        var result = y.AsSpan(token * module.Output, tokens * module.Output).ToArray();
        var inputs = stackalloc float*[tokens];
        var outputs = stackalloc float*[tokens];
        fixed (float* input = &x[token * module.Input], output = result)
        {
            for (var i = 0; i < tokens; i++)
            {
                inputs[i] = input + (i * module.Input);
                outputs[i] = output + (i * module.Output);
            }

            RowKernel.Add(module, inputs, outputs, tokens, ahead: 0);
        }

        return result;
    }
}
