using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Pipeline.Llm.Generation;

/// <summary>Sixteen numbers; <see cref="System.Numerics.Vector{T}"/> has eight on the same processors.</summary>
internal readonly unsafe struct Floats512(Vector512<float> value) : IFloatVector<Floats512>
{
    private readonly Vector512<float> _value = value;

    public static int Width => Vector512<float>.Count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Floats512 Load(float* source) => new(Vector512.Load(source));

    // bfloat16 is the upper half of float32.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Floats512 LoadEven(ushort* source) => new((Vector512.Load((uint*)source) << 16).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Floats512 LoadOdd(ushort* source) =>
        new((Vector512.Load((uint*)source) & Vector512.Create(0xFFFF0000u)).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Floats512 Fill(float value) => new(Vector512.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Floats512 MultiplyAdd(Floats512 a, Floats512 b, Floats512 c) =>
        new(Vector512.FusedMultiplyAdd(a._value, b._value, c._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Floats512 value, float* target) => value._value.Store(target);

    // Halves are added until four numbers are left of each, then the four are summed crosswise in one go.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Sums(Floats512 a, Floats512 b, Floats512 c, Floats512 d) => Sse3.IsSupported
        ? Sse3.HorizontalAdd(Sse3.HorizontalAdd(Quarter(a), Quarter(b)), Sse3.HorizontalAdd(Quarter(c), Quarter(d)))
        : Vector128.Create(
            Vector512.Sum(a._value), Vector512.Sum(b._value), Vector512.Sum(c._value), Vector512.Sum(d._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Quarter(Floats512 value)
    {
        var half = value._value.GetLower() + value._value.GetUpper();
        return half.GetLower() + half.GetUpper();
    }
}
