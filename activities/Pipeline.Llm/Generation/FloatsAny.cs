using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Pipeline.Llm.Generation;

/// <summary>As many numbers as the runtime's own vector holds.</summary>
internal readonly unsafe struct FloatsAny(Vector<float> value) : IFloatVector<FloatsAny>
{
    private readonly Vector<float> _value = value;

    public static int Width => Vector<float>.Count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatsAny Load(float* source) => new(Vector.Load(source));

    // bfloat16 is the upper half of float32.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatsAny LoadEven(ushort* source) =>
        new(Vector.AsVectorSingle(Vector.ShiftLeft(Vector.Load((uint*)source), 16)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatsAny LoadOdd(ushort* source) =>
        new(Vector.AsVectorSingle(Vector.Load((uint*)source) & new Vector<uint>(0xFFFF0000u)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatsAny Fill(float value) => new(new Vector<float>(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatsAny MultiplyAdd(FloatsAny a, FloatsAny b, FloatsAny c) =>
        new(Vector.FusedMultiplyAdd(a._value, b._value, c._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(FloatsAny value, float* target) => Vector.Store(value._value, target);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Sums(FloatsAny a, FloatsAny b, FloatsAny c, FloatsAny d) =>
        Vector128.Create(Vector.Sum(a._value), Vector.Sum(b._value), Vector.Sum(c._value), Vector.Sum(d._value));
}
