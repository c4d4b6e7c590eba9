using System.Text.Json;

namespace Pipeline.Llm.Checkpoints;

/// <summary>Reads <c>model.safetensors.index.json</c>.</summary>
internal static class ShardIndex
{
    /// <summary>The map from tensor to file name.</summary>
    public static Dictionary<string, string> Read(string path)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            if (document.RootElement.ValueKind != JsonValueKind.Object
                || !document.RootElement.TryGetProperty("weight_map", out var map)
                || map.ValueKind != JsonValueKind.Object)
            {
                throw new InvalidDataException($"{path} has no object 'weight_map'");
            }

            var result = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var property in map.EnumerateObject())
            {
                var name = property.Value.ValueKind == JsonValueKind.String ? property.Value.GetString() : null;
                if (name is null || name.Length == 0 || name is "." or ".."
                    || name.AsSpan().ContainsAny('/', '\\', '\0'))
                {
                    throw new InvalidDataException(
                        $"{path}: tensor '{property.Name}' names the file {property.Value.GetRawText()}; only a file "
                            + $"of the same directory is followed");
                }

                if (!result.TryAdd(property.Name, name))
                {
                    throw new InvalidDataException($"{path}: tensor '{property.Name}' is listed twice");
                }
            }

            return result.Count > 0 ? result : throw new InvalidDataException($"{path}: 'weight_map' is empty");
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"{path} is not valid JSON: {exception.Message}", exception);
        }
    }
}
