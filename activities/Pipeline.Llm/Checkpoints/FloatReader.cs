using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using Pipeline.Llm.Models;

namespace Pipeline.Llm.Checkpoints;

/// <summary>Reads stored numbers as single precision without making a tensor of them.</summary>
internal static class FloatReader
{
    /// <summary>Reads all elements of an entry.</summary>
    /// <param name="file">The file.</param>
    /// <param name="entry">An entry of at most 2 GiB.</param>
    /// <param name="values">Receives the elements in stored order.</param>
    /// <exception cref="InvalidDataException">The element type is none of those that weights have.</exception>
    public static void Read(SafeTensorsFile file, SafeTensorsEntry entry, Span<float> values)
    {
        var bytes = file.Bytes(entry.Name);
        switch (entry.DType)
        {
            case SafeTensorsDType.F32:
                bytes.CopyTo(MemoryMarshal.AsBytes(values));
                break;
            case SafeTensorsDType.BF16:
                for (var i = 0; i < values.Length; i++)
                {
                    values[i] =
                        BitConverter.Int32BitsToSingle(BinaryPrimitives.ReadUInt16LittleEndian(bytes[(2 * i)..]) << 16);
                }

                break;
            case SafeTensorsDType.F16:
                for (var i = 0; i < values.Length; i++)
                {
                    values[i] = (float)BinaryPrimitives.ReadHalfLittleEndian(bytes[(2 * i)..]);
                }

                break;
            case SafeTensorsDType.F64:
                for (var i = 0; i < values.Length; i++)
                {
                    values[i] = (float)BinaryPrimitives.ReadDoubleLittleEndian(bytes[(8 * i)..]);
                }

                break;
            default:
                // Names the file, the tensor and the accepted types.
                _ = WeightLoader.TypeOf(entry, file.Path);
                break;
        }
    }

    /// <summary>Whether no element is infinite or not a number.</summary>
    public static bool AllFinite(ReadOnlySpan<float> values)
    {
        // x · 0 is 0 for finite x and NaN otherwise, and NaN survives every sum.
        var (sums, i) = (Vector<float>.Zero, 0);
        for (; i <= values.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            sums += new Vector<float>(values[i..]) * Vector<float>.Zero;
        }

        var sum = Vector.Sum(sums);
        for (; i < values.Length; i++)
        {
            sum += values[i] * 0;
        }

        return sum == 0;
    }
}
