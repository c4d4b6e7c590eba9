using System.Runtime.InteropServices;
using Pipeline.Llm.Generation;

namespace Pipeline.Llm.Tests.Generation;

public sealed class RowKernelTests
{
    [Theory]
    [InlineData(37, 100, 5)]
    [InlineData(256, 704, 16)]
    [InlineData(8, 8, 1)]
    [InlineData(64, 40, 300)]
    public unsafe void Add_AnyTile_IsTheLowRankUpdateAndTheSameForEachTokenAlone(int input, int output, int rank)
    {
        var random = new Random(1);
        float[] Make(int count) => [.. Enumerable.Range(0, count).Select(_ => (float)random.NextDouble() - 0.5f)];
        var (a, b, x, y) =
            (Make(rank * input), Make(rank * output), Make(RowKernel.Tile * input), Make(RowKernel.Tile * output));
        var (pinnedA, pinnedB) = (GCHandle.Alloc(a, GCHandleType.Pinned), GCHandle.Alloc(b, GCHandleType.Pinned));
        var module =
            new BankedModule(Addresses(pinnedA, rank, input), Addresses(pinnedB, rank, output), input, output, 0.5f);
        for (var tokens = 1; tokens <= RowKernel.Tile; tokens++)
        {
            var together = Run(module, x, y, 0, tokens);
            for (var token = 0; token < tokens; token++)
            {
                Run(module, x, y, token, 1).ShouldBe(together.AsSpan(token * output, output).ToArray());
            }
        }

        var all = Run(module, x, y, 0, RowKernel.Tile);
        for (var i = 0; i < all.Length; i++)
        {
            var (token, column) = (i / output, i % output);
            var expected = y[i] + (0.5 * Enumerable.Range(0, rank).Sum(k =>
                b[(k * output) + column] * Enumerable.Range(0, input)
                    .Sum(j => (double)a[(k * input) + j] * x[(token * input) + j])));
            ((double)all[i]).ShouldBe(expected, 1e-4);
        }

        pinnedA.Free();
        pinnedB.Free();
    }

    private static nint[] Addresses(GCHandle pinned, int rows, int width) =>
        [.. Enumerable.Range(0, rows).Select(row => pinned.AddrOfPinnedObject() + (row * width * sizeof(float)))];

    private static unsafe float[] Run(BankedModule module, float[] x, float[] y, int token, int tokens)
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

            RowKernel.Add(module, inputs, outputs, tokens);
        }

        return result;
    }
}
