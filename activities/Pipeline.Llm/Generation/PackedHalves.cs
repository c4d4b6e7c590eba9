using System.Runtime.CompilerServices;

namespace Pipeline.Llm.Generation;

/// <summary>
/// Units of bfloat16, the numbers of both registers in turns: each is widened by one instruction and none is moved.
/// </summary>
internal readonly unsafe struct PackedHalves : IPackedNumbers
{
    public static int Bytes => sizeof(ushort);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T First<T>(byte* unit)
        where T : struct, IFloatVector<T> => T.LoadEven((ushort*)unit);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Second<T>(byte* unit)
        where T : struct, IFloatVector<T> => T.LoadOdd((ushort*)unit);

    public static void Pack(ReadOnlySpan<float> values, byte* unit)
    {
        var half = values.Length / 2;
        for (var i = 0; i < half; i++)
        {
            ((ushort*)unit)[2 * i] = Round(values[i]);
            ((ushort*)unit)[(2 * i) + 1] = Round(values[half + i]);
        }
    }

    // To the nearest, and to the even one of two that are equally near; finite numbers only.
    private static ushort Round(float value)
    {
        var bits = BitConverter.SingleToUInt32Bits(value);
        return (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
    }
}
