using System.Buffers.Binary;
using System.Text.Json;

namespace Pipeline.Llm.Checkpoints;

/// <summary>The strictly checked header of a safetensors file.</summary>
/// <remarks>
/// Stricter than the reference reader where that one is lenient: repeated names, unknown fields, entries written as
/// arrays, leading white space and padding other than spaces are refused; dimensions must fit a signed 64-bit number.
/// </remarks>
/// <param name="Entries">Tensors in the order of their offsets.</param>
/// <param name="Metadata">The string map <c>__metadata__</c>; empty when absent.</param>
public sealed record SafeTensorsHeader(
    IReadOnlyList<SafeTensorsEntry> Entries,
    IReadOnlyDictionary<string, string> Metadata)
{
    /// <summary>Longest accepted header in bytes.</summary>
    public const long MaxHeaderBytes = 100_000_000;

    /// <summary>Reads the header length.</summary>
    /// <param name="prefix">The first bytes of the file, at least eight when the file has them.</param>
    /// <param name="fileLength">Length of the file in bytes.</param>
    /// <param name="file">Name for messages.</param>
    /// <returns>Bytes of JSON after the first eight.</returns>
    /// <exception cref="InvalidDataException">The length is impossible.</exception>
    public static int ReadLength(ReadOnlySpan<byte> prefix, long fileLength, string file)
    {
        if (fileLength < 8 || prefix.Length < 8)
        {
            throw Bad(file, 0, $"the file has {fileLength} bytes, a safetensors file has at least 8");
        }

        FileMagic.RefusePickle(prefix, file);
        var length = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (length > MaxHeaderBytes)
        {
            throw Bad(file, 0, $"header length {length} is above the limit of {MaxHeaderBytes}");
        }

        if ((long)length + 8 > fileLength)
        {
            throw Bad(file, 0, $"header length {length} goes past the end of the file ({fileLength} bytes)");
        }

        return (int)length;
    }

    /// <summary>Parses and checks a header.</summary>
    /// <param name="json">The JSON bytes after the first eight.</param>
    /// <param name="fileLength">Length of the whole file in bytes.</param>
    /// <param name="file">Name for messages.</param>
    /// <returns>The checked header.</returns>
    /// <exception cref="InvalidDataException">Any rule of the format is broken; the message names the file and the
    /// place.</exception>
    public static SafeTensorsHeader Parse(ReadOnlySpan<byte> json, long fileLength, string file)
    {
        if (json.IsEmpty || json[0] != (byte)'{')
        {
            throw Bad(file, 8, "the header does not start with '{'");
        }

        try
        {
            var raw = SafeTensorsHeaderJson.Read(json, file);
            return new SafeTensorsHeader(Place(raw.Entries, 8 + json.Length, fileLength, file), raw.Metadata);
        }
        catch (JsonException exception)
        {
            throw Bad(
                file, 8 + (exception.BytePositionInLine ?? 0), $"the header is not valid JSON: {exception.Message}");
        }
        catch (InvalidOperationException exception)
        {
            throw Bad(file, 8, $"the header holds text that is not valid Unicode: {exception.Message}");
        }
    }

    internal static InvalidDataException Bad(string file, long position, string problem) =>
        new($"{file}: byte {position}: {problem}");

    private static List<SafeTensorsEntry> Place(List<RawEntry> raw, long dataStart, long fileLength, string file)
    {
        raw.Sort((a, b) => a.Begin != b.Begin ? a.Begin.CompareTo(b.Begin) : a.End.CompareTo(b.End));
        var placed = new List<SafeTensorsEntry>(raw.Count);
        ulong expected = 0;
        foreach (var entry in raw)
        {
            if (entry.Begin != expected || entry.End < entry.Begin)
            {
                throw Bad(
                    file, dataStart,
                    $"tensor '{Show(entry.Name)}' has data_offsets [{entry.Begin}, {entry.End}), expected a start of "
                        + $"{expected}: tensors may not overlap or leave holes");
            }

            var bytes = SizeOf(entry, file);
            if (entry.End - entry.Begin != bytes)
            {
                throw Bad(
                    file, dataStart,
                    $"tensor '{Show(entry.Name)}' {entry.DType} [{string.Join(", ", entry.Shape)}] needs {bytes} "
                        + $"bytes, its data_offsets give {entry.End - entry.Begin}");
            }

            expected = entry.End;
            if (expected > (ulong)(fileLength - dataStart))
            {
                throw Bad(
                    file, fileLength,
                    $"tensor '{Show(entry.Name)}' ends at data byte {expected}, the file has only "
                        + $"{fileLength - dataStart}");
            }

            var shape = Array.ConvertAll(entry.Shape, size => size <= long.MaxValue
                ? (long)size
                : throw Bad(file, dataStart, $"tensor '{Show(entry.Name)}' has a dimension of {size}"));
            placed.Add(
                new SafeTensorsEntry(entry.Name, entry.DType, shape, dataStart + (long)entry.Begin, (long)bytes));
        }

        if ((ulong)(fileLength - dataStart) != expected)
        {
            throw Bad(file, dataStart + (long)expected,
                $"{fileLength - dataStart - (long)expected} bytes after the last tensor");
        }

        return placed;
    }

    private static ulong SizeOf(RawEntry entry, string file)
    {
        try
        {
            var bits = checked(entry.Shape.Aggregate(1UL, (product, size) => checked(product * size))
                * (ulong)entry.DType.Bits());
            return bits % 8 == 0
                ? bits / 8
                : throw Bad(file, 8, $"tensor '{Show(entry.Name)}' does not fill whole bytes");
        }
        catch (OverflowException)
        {
            throw Bad(
                file, 8, $"tensor '{Show(entry.Name)}': the size of [{string.Join(", ", entry.Shape)}] overflows");
        }
    }

    internal static string Show(string name) =>
        new([.. name.Take(120).Select(c => char.IsControl(c) ? '?' : c)]);

    internal sealed record RawEntry(string Name, SafeTensorsDType DType, ulong[] Shape, ulong Begin, ulong End);
}
