using System.Numerics;

namespace Pipeline.Llm.Generation;

/// <summary>Low-rank updates of single rows in vector instructions. A row's result depends on that row only, whatever the batch.</summary>
internal static unsafe class RowKernel
{
    /// <summary>Tokens that share one pass over A and B.</summary>
    public const int Tile = 4;

    /// <summary>result += scaling · Bᵀ (A x) for up to <see cref="Tile"/> tokens of one row.</summary>
    /// <param name="module">The update.</param>
    /// <param name="x">First input [tokens, in].</param>
    /// <param name="result">First output [tokens, out].</param>
    /// <param name="tokens">1 to <see cref="Tile"/>.</param>
    public static void Add(BankedModule module, float* x, float* result, int tokens)
    {
        var low = stackalloc float[Tile];
        for (var rank = 0; rank < module.A.Length; rank++)
        {
            var a = (float*)module.A[rank];
            for (var token = 0; token < tokens; token++)
            {
                low[token] = module.Scaling * Dot(a, x + ((long)token * module.Input), module.Input);
            }

            var b = (float*)module.B[rank];
            for (var token = 0; token < tokens; token++)
            {
                Accumulate(b, low[token], result + ((long)token * module.Output), module.Output);
            }
        }
    }

    // Four sums at once hide the latency of the multiply-add; their order is fixed, so the result is reproducible.
    private static float Dot(float* a, float* b, int length)
    {
        var (s0, s1, s2, s3) = (Vector<float>.Zero, Vector<float>.Zero, Vector<float>.Zero, Vector<float>.Zero);
        var (width, i) = (Vector<float>.Count, 0);
        for (; i <= length - (4 * width); i += 4 * width)
        {
            s0 = Vector.FusedMultiplyAdd(Vector.Load(a + i), Vector.Load(b + i), s0);
            s1 = Vector.FusedMultiplyAdd(Vector.Load(a + i + width), Vector.Load(b + i + width), s1);
            s2 = Vector.FusedMultiplyAdd(Vector.Load(a + i + (2 * width)), Vector.Load(b + i + (2 * width)), s2);
            s3 = Vector.FusedMultiplyAdd(Vector.Load(a + i + (3 * width)), Vector.Load(b + i + (3 * width)), s3);
        }

        var sum = Vector.Sum(s0 + s1 + (s2 + s3));
        for (; i < length; i++)
        {
            sum = MathF.FusedMultiplyAdd(a[i], b[i], sum);
        }

        return sum;
    }

    private static void Accumulate(float* b, float factor, float* result, int length)
    {
        var (scale, width, i) = (new Vector<float>(factor), Vector<float>.Count, 0);
        for (; i <= length - width; i += width)
        {
            Vector.Store(Vector.FusedMultiplyAdd(Vector.Load(b + i), scale, Vector.Load(result + i)), result + i);
        }

        for (; i < length; i++)
        {
            result[i] = MathF.FusedMultiplyAdd(b[i], factor, result[i]);
        }
    }
}
