using System.Text.Json;

namespace Pipeline.Gateway.Api;

/// <summary>
/// Reads the fields of a request's JSON object; a field that nobody asked for is an error in the end.
/// </summary>
/// <param name="body">The object.</param>
internal sealed class RequestFields(JsonElement body)
{
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);

    /// <summary>Declares fields that are accepted and have no effect here.</summary>
    public void Ignore(params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            _known.Add(name);
        }
    }

    /// <summary>Refuses fields that were neither read nor declared.</summary>
    public void RefuseUnknown()
    {
        foreach (var property in body.EnumerateObject())
        {
            if (!_known.Contains(property.Name))
            {
                throw new ApiException(
                    400, "unknown_field",
                    $"unknown field '{(property.Name.Length > 64 ? property.Name[..64] : property.Name)}'",
                    property.Name);
            }
        }
    }

    /// <summary>A field that is present and not null.</summary>
    public JsonElement? Get(string name)
    {
        _known.Add(name);
        return body.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;
    }

    public string? Text(string name, int longest)
    {
        if (Get(name) is not { } value)
        {
            return null;
        }

        return value.ValueKind == JsonValueKind.String && value.GetString() is { } text && text.Length <= longest
            ? text
            : throw ApiException.BadField(name, $"must be a string of at most {longest} characters");
    }

    public bool Flag(string name) => Get(name) is { } value
        && (value.ValueKind is JsonValueKind.True or JsonValueKind.False
            ? value.GetBoolean() : throw ApiException.BadField(name, "must be true or false"));

    public long? Whole(string name, long least, long most)
    {
        if (Get(name) is not { } value)
        {
            return null;
        }

        return value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) && number >= least
            && number <= most
            ? number
            : throw ApiException.BadField(name, $"must be a whole number from {least} to {most}");
    }

    public double? Number(string name, double least, double most)
    {
        if (Get(name) is not { } value)
        {
            return null;
        }

        return value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && number >= least
            && number <= most
            ? number
            : throw ApiException.BadField(name, $"must be a number from {least} to {most}");
    }

    public IReadOnlyList<int> Ids(string name, int most)
    {
        if (Get(name) is not { } value)
        {
            return [];
        }

        return value.ValueKind == JsonValueKind.Array && value.GetArrayLength() <= most && TryIds(value) is { } ids
            ? ids
            : throw ApiException.BadField(name, $"must be a list of at most {most} token ids");
    }

    /// <summary>The ids of an array, or null when it holds anything else.</summary>
    public static int[]? TryIds(JsonElement array)
    {
        var ids = new int[array.GetArrayLength()];
        var i = 0;
        foreach (var item in array.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.Number || !item.TryGetInt32(out ids[i++]) || ids[i - 1] < 0)
            {
                return null;
            }
        }

        return ids;
    }
}
