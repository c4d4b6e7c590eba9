using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using Pipeline.Workflows.Inputs;

namespace Pipeline.Workflows.Json;

/// <summary>
/// Reads an input leniently: what does not fit is kept as a problem, so that a typing error never blocks a workflow
/// task.
/// </summary>
/// <typeparam name="T">The input.</typeparam>
public sealed class InputConverter<T> : JsonConverter<T>
    where T : class, IReadProblems, new()
{
    /// <inheritdoc/>
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        using var document = JsonDocument.ParseValue(ref reader);
        return Read(document.RootElement);
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        foreach (var property in InputReader.PropertiesOf(typeof(T)))
        {
            writer.WritePropertyName(InputReader.NameOf(property));
            JsonSerializer.Serialize(writer, property.GetValue(value), property.PropertyType, options);
        }

        writer.WriteEndObject();
    }

    /// <summary>Reads an input from a parsed document.</summary>
    /// <param name="element">The document.</param>
    /// <returns>The input with its problems.</returns>
    public static T Read(JsonElement element)
    {
        var problems = new List<string>();
        object defaults = typeof(T) == typeof(FineTuneInput)
            ? Purposes.Defaults(InputReader.PurposeOf(element)) : new T();
        var input = (T)InputReader.Read(defaults, element, "", problems);
        var problemsProperty = typeof(T)
            .GetProperty(nameof(IReadProblems.ReadProblems), BindingFlags.Public | BindingFlags.Instance);
        problemsProperty?.SetValue(input, problems);
        return input;
    }
}
