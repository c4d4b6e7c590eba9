using System.Text.Json;

namespace Pipeline.Llm.Configuration;

/// <summary>Typed access to a JSON object that collects every problem before failing.</summary>
/// <param name="json">The object.</param>
/// <param name="file">Name for messages.</param>
internal sealed class ConfigFields(JsonElement json, string file)
{
    private readonly List<string> _problems = [];

    public bool Has(string name) => json.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null;

    public bool IsNull(string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Null;

    public JsonElement? Object(string name)
    {
        if (!Has(name))
        {
            return null;
        }

        var value = json.GetProperty(name);
        if (value.ValueKind != JsonValueKind.Object)
        {
            Problem(name, "an object");
            return null;
        }

        return value;
    }

    public int Int(string name, int fallback) => IntOrNull(name) ?? fallback;

    public int? IntOrNull(string name)
    {
        if (!Has(name))
        {
            return null;
        }

        if (json.GetProperty(name) is { ValueKind: JsonValueKind.Number } number && number.TryGetInt32(out var value))
        {
            return value;
        }

        Problem(name, "a whole number");
        return null;
    }

    public double Number(string name, double fallback) => NumberOrNull(name) ?? fallback;

    public double? NumberOrNull(string name)
    {
        if (!Has(name))
        {
            return null;
        }

        if (json.GetProperty(name) is { ValueKind: JsonValueKind.Number } number && double.IsFinite(number.GetDouble()))
        {
            return number.GetDouble();
        }

        Problem(name, "a number");
        return null;
    }

    public bool Flag(string name, bool fallback)
    {
        if (!Has(name))
        {
            return fallback;
        }

        var kind = json.GetProperty(name).ValueKind;
        if (kind is not (JsonValueKind.True or JsonValueKind.False))
        {
            Problem(name, "true or false");
        }

        return kind == JsonValueKind.True;
    }

    public string? Text(string name)
    {
        if (!Has(name))
        {
            return null;
        }

        if (json.GetProperty(name) is { ValueKind: JsonValueKind.String } text)
        {
            return text.GetString();
        }

        Problem(name, "a text");
        return null;
    }

    public IReadOnlyList<string> Texts(string name)
    {
        if (!Has(name))
        {
            return [];
        }

        var value = json.GetProperty(name);
        if (value.ValueKind == JsonValueKind.Array
            && value.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String))
        {
            return [.. value.EnumerateArray().Select(item => item.GetString()!)]; // checked to be strings
        }

        Problem(name, "a list of texts");
        return [];
    }

    public IReadOnlyList<int>? Ids(string name)
    {
        if (!Has(name))
        {
            return null;
        }

        var value = json.GetProperty(name);
        JsonElement[] items = value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray()] : [value];
        var ids = items.Select(item => item.ValueKind == JsonValueKind.Number && item.TryGetInt32(out var id) ? id : -1)
            .ToArray();
        if (ids.Any(id => id < 0))
        {
            Problem(name, "a token id or a list of token ids");
            return null;
        }

        return ids;
    }

    public void Add(string problem) => _problems.Add(problem);

    public void ThrowIfAny()
    {
        if (_problems.Count > 0)
        {
            throw new InvalidDataException($"{file}: {string.Join("; ", _problems)}");
        }
    }

    private void Problem(string name, string expected) =>
        _problems.Add($"'{name}' should be {expected}, got {Shorten(json.GetProperty(name).GetRawText())}");

    private static string Shorten(string text) => text.Length <= 60 ? text : text[..60] + "…";
}
