using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Pipeline.Llm.Checkpoints;

/// <summary>Writes safetensors files whose bytes depend on nothing but their content.</summary>
/// <remarks>Tensors are ordered by descending element type, then name (as UTF-8 bytes); the header is padded with
/// spaces to 8 bytes, as the reference writer does. Metadata keys are sorted.</remarks>
public static class SafeTensorsWriter
{
    /// <summary>Writes a file under a temporary name, flushes it to disk and renames it.</summary>
    /// <param name="path">Final path; an existing file is replaced.</param>
    /// <param name="items">Tensors in any order.</param>
    /// <param name="metadata">String map, or null for none.</param>
    /// <exception cref="ArgumentException">A name is repeated or an item wrote a wrong number of bytes.</exception>
    public static void Write(
        string path, IEnumerable<SafeTensorsItem> items, IReadOnlyDictionary<string, string>? metadata = null)
    {
        var temporary = path + ".tmp";
        using (var stream = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 20))
        {
            Write(stream, items, metadata);
            stream.Flush(flushToDisk: true);
        }

        File.Move(temporary, path, overwrite: true);
    }

    /// <summary>Writes to a stream.</summary>
    /// <param name="stream">A writable stream.</param>
    /// <param name="items">Tensors in any order.</param>
    /// <param name="metadata">String map, or null for none.</param>
    public static void Write(
        Stream stream, IEnumerable<SafeTensorsItem> items, IReadOnlyDictionary<string, string>? metadata = null)
    {
        var ordered = items.Select(item => (Item: item, Key: Encoding.UTF8.GetBytes(item.Name))).ToList();
        ordered.Sort((a, b) => a.Item.DType != b.Item.DType
            ? b.Item.DType.CompareTo(a.Item.DType)
            : a.Key.AsSpan().SequenceCompareTo(b.Key));
        var header = Encoding.UTF8.GetBytes(Header(ordered.ConvertAll(pair => pair.Item), metadata));
        var padded = (header.Length + 7) / 8 * 8;
        Span<byte> length = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)padded);
        stream.Write(length);
        stream.Write(header);
        stream.Write("       "u8[..(padded - header.Length)]);
        foreach (var (item, _) in ordered)
        {
            var counting = new CountingStream(stream);
            item.Write(counting);
            if (counting.Written != item.Bytes)
            {
                throw new ArgumentException(
                    $"tensor '{item.Name}' wrote {counting.Written} bytes, its shape needs {item.Bytes}",
                    nameof(items));
            }
        }
    }

    private static string Header(List<SafeTensorsItem> items, IReadOnlyDictionary<string, string>? metadata)
    {
        var text = new StringBuilder("{");
        if (metadata is { Count: > 0 })
        {
            text.Append("\"__metadata__\":{");
            var first = true;
            foreach (var (key, value) in metadata.OrderBy(pair => pair.Key, StringComparer.Ordinal))
            {
                Quote(first ? text : text.Append(','), key);
                Quote(text.Append(':'), value);
                first = false;
            }

            text.Append('}');
        }

        var names = new HashSet<string>(StringComparer.Ordinal);
        long offset = 0;
        foreach (var item in items)
        {
            if (!names.Add(item.Name) || item.Name == "__metadata__")
            {
                throw new ArgumentException($"tensor name '{item.Name}' is used twice or reserved", nameof(items));
            }

            Quote(text.Length > 1 ? text.Append(',') : text, item.Name);
            text.Append(":{\"dtype\":\"").Append(item.DType).Append("\",\"shape\":[").AppendJoin(',', item.Shape)
                .Append("],\"data_offsets\":[").Append(offset).Append(',').Append(offset += item.Bytes).Append("]}");
        }

        return text.Append('}').ToString();
    }

    private static void Quote(StringBuilder text, string value)
    {
        text.Append('"');
        foreach (var c in value)
        {
            _ = c switch
            {
                '"' => text.Append("\\\""),
                '\\' => text.Append("\\\\"),
                '\n' => text.Append("\\n"),
                '\r' => text.Append("\\r"),
                '\t' => text.Append("\\t"),
                '\b' => text.Append("\\b"),
                '\f' => text.Append("\\f"),
                < ' ' => text.Append("\\u").Append(((int)c).ToString("x4", CultureInfo.InvariantCulture)),
                _ => text.Append(c),
            };
        }

        text.Append('"');
    }
}
