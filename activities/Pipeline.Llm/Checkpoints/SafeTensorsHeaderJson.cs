using System.Text.Json;

namespace Pipeline.Llm.Checkpoints;

/// <summary>Reads the header's JSON field by field, refusing whatever the format does not define.</summary>
internal static class SafeTensorsHeaderJson
{
    private const int MaxTensors = 1_000_000;

    public static (List<SafeTensorsHeader.RawEntry> Entries, Dictionary<string, string> Metadata) Read(
        ReadOnlySpan<byte> json, string file)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 64 });
        var entries = new List<SafeTensorsHeader.RawEntry>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!; // a property name is never null
            if (!names.Add(name))
            {
                throw Bad(file, reader, $"the name '{SafeTensorsHeader.Show(name)}' occurs twice");
            }

            reader.Read();
            if (name == "__metadata__")
            {
                ReadMetadata(ref reader, metadata, file);
                continue;
            }

            entries.Add(ReadEntry(ref reader, name, file));
            if (entries.Count > MaxTensors)
            {
                throw Bad(file, reader, $"more than {MaxTensors} tensors");
            }
        }

        while (reader.Read())
        {
            // Reading on makes the JSON reader report anything after the object.
        }

        if (json[^1] != (byte)'}' && json[json.LastIndexOf((byte)'}')..][1..].ContainsAnyExcept((byte)' '))
        {
            throw Bad(file, reader, "the header is padded with something else than spaces");
        }

        return (entries, metadata);
    }

    private static void ReadMetadata(ref Utf8JsonReader reader, Dictionary<string, string> metadata, string file)
    {
        if (reader.TokenType == JsonTokenType.Null)
        {
            return;
        }

        Expect(reader, JsonTokenType.StartObject, "__metadata__", file);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var key = reader.GetString()!; // a property name is never null
            reader.Read();
            Expect(reader, JsonTokenType.String, $"__metadata__.{SafeTensorsHeader.Show(key)}", file);
            metadata[key] = reader.GetString()!; // the token is a string
        }
    }

    private static SafeTensorsHeader.RawEntry ReadEntry(ref Utf8JsonReader reader, string name, string file)
    {
        Expect(reader, JsonTokenType.StartObject, SafeTensorsHeader.Show(name), file);
        SafeTensorsDType? dtype = null;
        List<ulong>? shape = null;
        List<ulong>? offsets = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var field = reader.GetString();
            reader.Read();
            switch (field)
            {
                case "dtype" when dtype is null:
                    Expect(reader, JsonTokenType.String, $"{SafeTensorsHeader.Show(name)}.dtype", file);
                    dtype = ReadDType(reader, name, file);
                    break;
                case "shape" when shape is null:
                    shape = ReadNumbers(ref reader, $"{SafeTensorsHeader.Show(name)}.shape", file);
                    break;
                case "data_offsets" when offsets is null:
                    offsets = ReadNumbers(ref reader, $"{SafeTensorsHeader.Show(name)}.data_offsets", file);
                    break;
                default:
                    throw Bad(
                        file, reader,
                        $"tensor '{SafeTensorsHeader.Show(name)}': field '{SafeTensorsHeader.Show(field ?? "")}' is "
                            + $"unknown or occurs twice");
            }
        }

        if (dtype is null || shape is null || offsets is not { Count: 2 })
        {
            throw Bad(file, reader, $"tensor '{SafeTensorsHeader.Show(name)}' needs dtype, shape and two data_offsets");
        }

        return new SafeTensorsHeader.RawEntry(name, dtype.Value, [.. shape], offsets[0], offsets[1]);
    }

    private static SafeTensorsDType ReadDType(Utf8JsonReader reader, string name, string file)
    {
        var text = reader.GetString()!; // the token is a string
        return Enum.TryParse<SafeTensorsDType>(text, out var dtype) && dtype.ToString() == text
            ? dtype
            : throw Bad(
                file, reader,
                $"tensor '{SafeTensorsHeader.Show(name)}': unknown dtype '{SafeTensorsHeader.Show(text)}'");
    }

    private static List<ulong> ReadNumbers(ref Utf8JsonReader reader, string field, string file)
    {
        Expect(reader, JsonTokenType.StartArray, field, file);
        var numbers = new List<ulong>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            Expect(reader, JsonTokenType.Number, field, file);
            if (!reader.TryGetUInt64(out var number))
            {
                throw Bad(file, reader, $"{field} holds a number that is not a whole number from 0 to 2^64-1");
            }

            numbers.Add(number);
        }

        return numbers;
    }

    private static void Expect(Utf8JsonReader reader, JsonTokenType expected, string field, string file)
    {
        if (reader.TokenType != expected)
        {
            throw Bad(file, reader, $"{field}: expected {expected}, got {reader.TokenType}");
        }
    }

    private static InvalidDataException Bad(string file, Utf8JsonReader reader, string problem) =>
        SafeTensorsHeader.Bad(file, 8 + reader.BytesConsumed, problem);
}
