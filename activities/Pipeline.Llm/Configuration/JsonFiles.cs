using System.Text.Json;

namespace Pipeline.Llm.Configuration;

/// <summary>Reads small JSON files that people edit.</summary>
internal static class JsonFiles
{
    private const long MaxBytes = 16 << 20;

    /// <summary>Parses a file whose root must be an object; a byte order mark is tolerated.</summary>
    public static JsonDocument ReadObject(string path)
    {
        if (!File.Exists(path))
        {
            throw new FileNotFoundException($"{path} does not exist");
        }

        return new FileInfo(path).Length > MaxBytes ? throw TooLarge(path) : ParseObject(File.ReadAllBytes(path), path);
    }

    /// <summary>Parses the bytes of such a file.</summary>
    public static JsonDocument ParseObject(ReadOnlyMemory<byte> bytes, string path)
    {
        if (bytes.Length > MaxBytes)
        {
            throw TooLarge(path);
        }

        if (bytes.Span.StartsWith("\uFEFF"u8))
        {
            bytes = bytes[3..];
        }

        try
        {
            var document = JsonDocument.Parse(bytes);
            if (document.RootElement.ValueKind == JsonValueKind.Object)
            {
                return document;
            }

            document.Dispose();
            throw new InvalidDataException($"{path}: the root is not an object");
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"{path} is not valid JSON: {exception.Message}", exception);
        }
    }

    private static InvalidDataException TooLarge(string path) => new($"{path} is larger than {MaxBytes >> 20} MiB");
}
