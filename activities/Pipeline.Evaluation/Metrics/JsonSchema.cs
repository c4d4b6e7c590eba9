using System.Text.Json;
using System.Text.RegularExpressions;
using Pipeline.Evaluation.Text;

namespace Pipeline.Evaluation.Metrics;

/// <summary>A violated keyword of a schema.</summary>
/// <param name="Pointer">JSON pointer of the value, empty for the root.</param>
/// <param name="Keyword">The keyword, such as <c>minLength</c>.</param>
public sealed record JsonSchemaError(string Pointer, string Keyword);

/// <summary>Checks values against the part of JSON Schema that describes extraction results.</summary>
/// <remarks>
/// Draft 2020-12: type, enum, const, numeric and length limits, pattern, items, prefixItems, uniqueItems, required,
/// properties, additionalProperties, allOf, anyOf, oneOf, not. Lengths are in code points; 30.0 is an integer. Source:
/// json-schema.org, draft 2020-12.
/// </remarks>
public sealed class JsonSchema
{
    private static readonly HashSet<string> Annotations = new(StringComparer.Ordinal)
        { "$schema", "$id", "$comment", "title", "description", "default", "examples", "format", "deprecated",
            "readOnly", "writeOnly" };

    private readonly JsonElement _schema;

    /// <summary>Takes a schema.</summary>
    /// <param name="schema">A JSON object, or true or false.</param>
    public JsonSchema(JsonElement schema) => _schema = schema.Clone();

    /// <summary>Every violated keyword.</summary>
    /// <param name="value">The value to check.</param>
    /// <returns>Errors sorted by pointer and keyword; empty when the value is valid.</returns>
    /// <exception cref="NotSupportedException">The schema uses a keyword outside the supported part.</exception>
    public IReadOnlyList<JsonSchemaError> Validate(JsonElement value)
    {
        var errors = new List<JsonSchemaError>();
        Check(value, _schema, "", errors);
        return [.. errors.OrderBy(error => error.Pointer, StringComparer.Ordinal)
            .ThenBy(error => error.Keyword, StringComparer.Ordinal)];
    }

    /// <summary>Share of required fields that are present and valid.</summary>
    /// <param name="value">The value to check.</param>
    /// <returns>0 to 1; 0 when the value is not an object, 1 when nothing is required of one.</returns>
    public double RequiredFieldScore(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Object) return 0;
        if (!_schema.TryGetProperty("required", out var required) || required.GetArrayLength() == 0) return 1;
        var properties = _schema.TryGetProperty("properties", out var found) ? found : default;
        var good = required.EnumerateArray().Count(name =>
        {
            if (!value.TryGetProperty(name.GetString()!, out var field)) return false;
            if (properties.ValueKind != JsonValueKind.Object
                || !properties.TryGetProperty(name.GetString()!, out var schema)) return true;
            return new JsonSchema(schema).Validate(field).Count == 0;
        });
        return (double)good / required.GetArrayLength();
    }

    private static void Check(JsonElement value, JsonElement schema, string pointer, List<JsonSchemaError> errors)
    {
        if (schema.ValueKind == JsonValueKind.True) return;
        if (schema.ValueKind == JsonValueKind.False)
        {
            errors.Add(new JsonSchemaError(pointer, "false"));
            return;
        }

        foreach (var keyword in schema.EnumerateObject())
        {
            if (Annotations.Contains(keyword.Name)) continue;
            if (Children(value, schema, keyword, pointer, errors)) continue;
            if (!Holds(value, keyword.Name, keyword.Value)) errors.Add(new JsonSchemaError(pointer, keyword.Name));
        }
    }

    /// <summary>Keywords that descend; false for the others.</summary>
    private static bool Children(
        JsonElement value, JsonElement schema, JsonProperty keyword, string pointer, List<JsonSchemaError> errors)
    {
        switch (keyword.Name)
        {
            case "properties" when value.ValueKind == JsonValueKind.Object:
                foreach (var property in keyword.Value.EnumerateObject())
                {
                    if (value.TryGetProperty(property.Name, out var field))
                        Check(field, property.Value, $"{pointer}/{property.Name}", errors);
                }

                return true;
            case "required" when value.ValueKind == JsonValueKind.Object:
                errors.AddRange(
                    keyword.Value.EnumerateArray().Where(name => !value.TryGetProperty(name.GetString()!, out _))
                    .Select(_ => new JsonSchemaError(pointer, "required")));
                return true;
            case "additionalProperties" when value.ValueKind == JsonValueKind.Object:
                Additional(value, schema, keyword.Value, pointer, errors);
                return true;
            case "items" or "prefixItems" when value.ValueKind == JsonValueKind.Array:
                Items(value, schema, keyword, pointer, errors);
                return true;
            case "allOf":
                foreach (var part in keyword.Value.EnumerateArray()) Check(value, part, pointer, errors);
                return true;
            default:
                return keyword.Name is "properties" or "required" or "additionalProperties" or "items" or "prefixItems";
        }
    }

    private static void Additional(
        JsonElement value, JsonElement schema, JsonElement rule, string pointer, List<JsonSchemaError> errors)
    {
        var known = schema.TryGetProperty("properties", out var properties)
            ? properties.EnumerateObject().Select(property => property.Name).ToHashSet(StringComparer.Ordinal) : [];
        var extra = value.EnumerateObject().Where(property => !known.Contains(property.Name)).ToList();
        if (rule.ValueKind == JsonValueKind.False)
        {
            if (extra.Count > 0) errors.Add(new JsonSchemaError(pointer, "additionalProperties"));
            return;
        }

        foreach (var property in extra) Check(property.Value, rule, $"{pointer}/{property.Name}", errors);
    }

    private static void Items(
        JsonElement value, JsonElement schema, JsonProperty keyword, string pointer, List<JsonSchemaError> errors)
    {
        var prefix = schema.TryGetProperty("prefixItems", out var found) ? found.GetArrayLength() : 0;
        for (var i = 0; i < value.GetArrayLength(); i++)
        {
            var inPrefix = i < prefix;
            if (keyword.Name == "prefixItems" != inPrefix) continue;
            Check(value[i], inPrefix ? keyword.Value[i] : keyword.Value, $"{pointer}/{i}", errors);
        }
    }

    private static bool Holds(JsonElement value, string keyword, JsonElement rule) => keyword switch
    {
        "type" => rule.ValueKind == JsonValueKind.Array
            ? rule.EnumerateArray().Any(type => IsType(value, type.GetString()!)) : IsType(value, rule.GetString()!),
        "enum" => rule.EnumerateArray().Any(item => JsonElement.DeepEquals(item, value)),
        "const" => JsonElement.DeepEquals(rule, value),
        "anyOf" => rule.EnumerateArray().Any(part => new JsonSchema(part).Validate(value).Count == 0),
        "oneOf" => rule.EnumerateArray().Count(part => new JsonSchema(part).Validate(value).Count == 0) == 1,
        "not" => new JsonSchema(rule).Validate(value).Count > 0,
        "minimum" => Number(value) is not { } x || x >= rule.GetDouble(),
        "maximum" => Number(value) is not { } x || x <= rule.GetDouble(),
        "exclusiveMinimum" => Number(value) is not { } x || x > rule.GetDouble(),
        "exclusiveMaximum" => Number(value) is not { } x || x < rule.GetDouble(),
        "multipleOf" => Number(value) is not { } x
            || Math.Abs(x / rule.GetDouble() - Math.Round(x / rule.GetDouble())) < 1e-9,
        "minLength" => Length(value) is not { } n || n >= rule.GetInt32(),
        "maxLength" => Length(value) is not { } n || n <= rule.GetInt32(),
        "pattern" => value.ValueKind != JsonValueKind.String
            || Regex.IsMatch(
                StringOf(value), rule.GetString()!, RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1)),
        "minItems" => value.ValueKind != JsonValueKind.Array || value.GetArrayLength() >= rule.GetInt32(),
        "maxItems" => value.ValueKind != JsonValueKind.Array || value.GetArrayLength() <= rule.GetInt32(),
        "uniqueItems" => value.ValueKind != JsonValueKind.Array || rule.ValueKind != JsonValueKind.True
            || Unique(value),
        "minProperties" => value.ValueKind != JsonValueKind.Object || value.GetPropertyCount() >= rule.GetInt32(),
        "maxProperties" => value.ValueKind != JsonValueKind.Object || value.GetPropertyCount() <= rule.GetInt32(),
        _ =>
            throw new NotSupportedException(
                $"the schema keyword '{keyword}' is not supported; remove it or check that rule elsewhere"),
    };

    private static bool IsType(JsonElement value, string type) => type switch
    {
        "integer" => Number(value) is { } x && x == Math.Floor(x),
        "number" => value.ValueKind == JsonValueKind.Number,
        "string" => value.ValueKind == JsonValueKind.String,
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "array" => value.ValueKind == JsonValueKind.Array,
        "object" => value.ValueKind == JsonValueKind.Object,
        "null" => value.ValueKind == JsonValueKind.Null,
        _ => throw new NotSupportedException($"'{type}' is no JSON type"),
    };

    private static double? Number(JsonElement value) =>
        value.ValueKind == JsonValueKind.Number
            ? double.Parse(value.GetRawText(), System.Globalization.CultureInfo.InvariantCulture) : null;

    private static int? Length(JsonElement value) =>
        value.ValueKind == JsonValueKind.String ? UnicodeText.CountCodePoints(StringOf(value)) : null;

    private static string StringOf(JsonElement value)
    {
        try
        {
            return value.GetString() ?? "";
        }
        catch (InvalidOperationException)
        {
            // A lone surrogate escape is valid JSON but no valid string; its escaped form stands in.
            return value.GetRawText().Trim('"');
        }
    }

    private static bool Unique(JsonElement array)
    {
        var items = array.EnumerateArray().ToList();
        return !items.Where((item, i) => items.Take(i).Any(other => JsonElement.DeepEquals(item, other))).Any();
    }
}
