using System.Runtime.Intrinsics;

namespace Pipeline.Llm.Generation;

/// <summary>A register of float32 numbers, so that one text of a kernel serves every width.</summary>
/// <typeparam name="T">The register.</typeparam>
internal unsafe interface IFloatVector<T>
    where T : struct, IFloatVector<T>
{
    /// <summary>Numbers in the register.</summary>
    static abstract int Width { get; }

    static abstract T Load(float* source);

    /// <summary>The bfloat16 numbers at even places, widened.</summary>
    /// <param name="source">Twice as many numbers as the register holds.</param>
    static abstract T LoadEven(ushort* source);

    /// <summary>The bfloat16 numbers at odd places, widened.</summary>
    /// <param name="source">Twice as many numbers as the register holds.</param>
    static abstract T LoadOdd(ushort* source);

    static abstract T Fill(float value);

    /// <summary>a · b + c.</summary>
    static abstract T MultiplyAdd(T a, T b, T c);

    static abstract void Store(T value, float* target);

    /// <summary>The sums of four registers.</summary>
    static abstract Vector128<float> Sums(T a, T b, T c, T d);
}
