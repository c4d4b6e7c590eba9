using System.Runtime.CompilerServices;

namespace Pipeline.Llm.Generation;

/// <summary>Units of float32 in their order.</summary>
internal readonly unsafe struct PackedFloats : IPackedNumbers
{
    public static int Bytes => sizeof(float);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T First<T>(byte* unit)
        where T : struct, IFloatVector<T> => T.Load((float*)unit);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Second<T>(byte* unit)
        where T : struct, IFloatVector<T> => T.Load((float*)unit + T.Width);

    public static void Pack(ReadOnlySpan<float> values, byte* unit) =>
        values.CopyTo(new Span<float>(unit, values.Length));
}
