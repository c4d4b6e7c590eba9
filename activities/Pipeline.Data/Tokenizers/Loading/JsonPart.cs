using System.Text.Json;

namespace Pipeline.Data.Tokenizers.Loading;

/// <summary>An element of a JSON file together with its place, so that errors can name it.</summary>
internal readonly record struct JsonPart(JsonElement Element, string Source, string Path)
{
    internal bool IsNull => Element.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined;

    /// <summary>The field of this name, or an undefined part.</summary>
    internal JsonPart this[string name]
    {
        get
        {
            if (Element.ValueKind != JsonValueKind.Object) throw Error("an object is expected");
            var path = Path.Length == 0 ? name : $"{Path}.{name}";
            return new JsonPart(Element.TryGetProperty(name, out var value) ? value : default, Source, path);
        }
    }

    internal string Type => this["type"].Text();

    internal TokenizerFormatException Error(string reason, Exception? inner = null) => new(Source, Path, reason, inner);

    internal string Text() => Element.ValueKind == JsonValueKind.String
        ? Element.GetString() ?? "" : throw Error("a string is expected");

    internal string? TextOrNull() => IsNull ? null : Text();

    internal bool Flag(bool defaultValue) => Element.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ when IsNull => defaultValue,
        _ => throw Error("true or false is expected"),
    };

    internal int Integer() =>
        Element.ValueKind == JsonValueKind.Number && Element.TryGetInt32(out var value) && value >= 0
            ? value
            : throw Error("a non-negative integer is expected");

    internal int? IntegerOrNull() => IsNull ? null : Integer();

    /// <summary>A string of exactly one character.</summary>
    internal char Character()
    {
        var text = Text();
        return text.Length == 1 ? text[0] : throw Error("a single character is expected");
    }

    internal IEnumerable<JsonPart> Items()
    {
        if (Element.ValueKind != JsonValueKind.Array) throw Error("an array is expected");
        var (source, path) = (Source, Path);
        return Element.EnumerateArray().Select((item, index) => new JsonPart(item, source, $"{path}[{index}]"));
    }

    internal IEnumerable<(string Name, JsonPart Value)> Fields()
    {
        if (Element.ValueKind != JsonValueKind.Object) throw Error("an object is expected");
        var (source, path) = (Source, Path);
        return Element.EnumerateObject()
            .Select(field => (field.Name, new JsonPart(field.Value, source, $"{path}.{field.Name}")));
    }

    /// <summary>Runs an action whose <see cref="FormatException"/> is to be reported at this place.</summary>
    internal T At<T>(Func<T> action)
    {
        try
        {
            return action();
        }
        catch (FormatException exception) when (exception is not TokenizerFormatException)
        {
            throw Error(exception.Message, exception);
        }
    }
}
