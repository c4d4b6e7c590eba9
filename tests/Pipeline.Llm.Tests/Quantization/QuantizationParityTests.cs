using System.Runtime.InteropServices;
using Pipeline.Llm.Checkpoints;
using Pipeline.Llm.Quantization;

namespace Pipeline.Llm.Tests.Quantization;

public sealed class QuantizationParityTests
{
    [Fact]
    public void S1_06_Quantize_EveryMatrix_SameBytesAsTheReference()
    {
        using var file = SafeTensorsFile.Open(Fixtures.Require("nf4/four_bit.safetensors"));
        Floats(file, "code/nf4").ShouldBe(CodeBooks.Nf4);
        Floats(file, "code/dynamic_signed").ShouldBe(CodeBooks.DynamicSigned, "signed map");
        Floats(file, "code/dynamic_unsigned").ShouldBe(CodeBooks.DynamicUnsigned, "unsigned map");
        var compared = 0;
        foreach (var entry in file.Header.Entries.Where(
            entry => entry.Name.EndsWith("/input", StringComparison.Ordinal)))
        {
            var matrix = entry.Name[..^"/input".Length];
            var input = Floats(file, entry.Name);
            compared += Check(file, $"{matrix}/nf4", input, 64) + Check(file, $"{matrix}/nf4_block128", input, 128)
                + Check(file, $"{matrix}/nf4_block256", input, 256) + CheckDouble(file, $"{matrix}/nf4/double");
        }

        Fixtures.Compared("nf4", compared);
    }

    [Fact]
    public void S0_23_Quantize_Int8Rows_SameCodes()
    {
        using var file = SafeTensorsFile.Open(Fixtures.Require("nf4/int8.safetensors"));
        var compared = 0;
        foreach (var (input, name) in new[] { ("weight", "weight"), ("x", "x") })
        {
            var entry = file.Header.Entries.First(
                e => e.Name == input || e.Name.EndsWith($"/{input}", StringComparison.Ordinal));
            var prefix = entry.Name[..^input.Length];
            var values = Array.ConvertAll(Floats(file, entry.Name), value => (float)(Half)value);
            var (codes, scales) = RowwiseInt8.Quantize(values, (int)entry.Shape[1]);
            codes.ShouldBe(MemoryMarshal.Cast<byte, sbyte>(file.Bytes($"{prefix}{name}_q")).ToArray());
            scales.ShouldBe(Floats(file, $"{prefix}{name}_absmax"));
            for (var i = 0; i < codes.Length; i++)
            {
                var scale = scales[i / entry.Shape[1]];
                Math.Abs(codes[i] * scale / 127 - values[i]).ShouldBeInRange(0, scale / 127 * 0.5001f);
            }

            compared++;
        }

        Fixtures.Compared("nf4/int8", compared);
    }

    internal static float[] Floats(SafeTensorsFile file, string name)
    {
        var bytes = file.Bytes(name);
        return file.Entry(name).DType switch
        {
            SafeTensorsDType.BF16 =>
                Array.ConvertAll(MemoryMarshal.Cast<byte, ushort>(bytes).ToArray(),
                    bits => BitConverter.UInt32BitsToSingle((uint)bits << 16)),
            SafeTensorsDType.F64 =>
                Array.ConvertAll(MemoryMarshal.Cast<byte, double>(bytes).ToArray(), value => (float)value),
            _ => MemoryMarshal.Cast<byte, float>(bytes).ToArray(),
        };
    }

    private static int Check(SafeTensorsFile file, string key, float[] input, int block)
    {
        if (!file.Contains($"{key}/packed"))
        {
            return 0;
        }

        var (packed, scales) = Nf4Codec.Quantize(input, block);
        packed.ShouldBe(file.Bytes($"{key}/packed").ToArray(), key);
        scales.ShouldBe(Floats(file, $"{key}/absmax"), key);
        var restored = new float[input.Length];
        Nf4Codec.Dequantize(packed, scales, restored, block);
        // The larger blocks are recorded without their dequantised values.
        if (file.Contains($"{key}/dequantized") && file.Entry($"{key}/dequantized").DType == SafeTensorsDType.F32)
        {
            restored.ShouldBe(Floats(file, $"{key}/dequantized"), key);
        }

        return 1;
    }

    private static int CheckDouble(SafeTensorsFile file, string key)
    {
        if (!file.Contains($"{key}.absmax"))
        {
            return 0;
        }

        var scales = Floats(file, key.Replace("/double", "/absmax"));
        var (codes, nested, offset) = Nf4Codec.QuantizeScales(scales);
        var theirs = file.Bytes($"{key}.absmax").ToArray();
        codes.Zip(theirs).Count(pair => Math.Abs(pair.First - pair.Second) > 1).ShouldBe(0, key);
        codes.Zip(theirs).Count(pair => pair.First != pair.Second).ShouldBeLessThanOrEqualTo(1, key);
        offset.ShouldBe(Floats(file, $"{key}.offset")[0], Math.Abs(offset) * 1e-6f + 1e-30f, key);
        Nf4Codec.RestoreScales(theirs, Floats(file, $"{key}.nested_absmax"), Floats(file, $"{key}.offset")[0])
            .ShouldBe(Floats(file, $"{key}.restored_absmax"), key);
        nested.Length.ShouldBe(Floats(file, $"{key}.nested_absmax").Length);
        return 1;
    }
}
