using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pipeline.Workflows.Json;

/// <summary>Fills records from JSON field by field and lists everything that does not fit.</summary>
internal static class InputReader
{
    private const int MostProblems = 50;

    /// <summary>Fills a record that holds the defaults.</summary>
    public static object Read(object target, JsonElement element, string path, List<string> problems)
    {
        var type = target.GetType();
        if (element.ValueKind != JsonValueKind.Object)
        {
            Add(problems, $"{(path.Length == 0 ? "input" : path)}: expected an object, found {Show(element)}");
            return target;
        }

        foreach (var field in element.EnumerateObject())
        {
            var name = path.Length == 0 ? field.Name : $"{path}.{field.Name}";
            var property = PropertiesOf(type)
                .FirstOrDefault(known => NameOf(known).Equals(field.Name, StringComparison.OrdinalIgnoreCase));
            if (property is null)
            {
                Add(problems, $"{Clean(name)}: unknown field{Hint(field.Name, type)}");
            }
            else if (ReadValue(property.PropertyType, property.GetValue(target), field.Value, name, problems)
                is { } value)
            {
                property.SetValue(target, value);
            }
        }

        return target;
    }

    public static IEnumerable<PropertyInfo> PropertiesOf(Type type) =>
        type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(property => property.CanWrite && property.GetCustomAttribute<JsonIgnoreAttribute>() is null);

    public static string NameOf(PropertyInfo property) => JsonNamingPolicy.CamelCase.ConvertName(property.Name);

    private static object? ReadValue(Type type, object? known, JsonElement value, string path, List<string> problems)
    {
        if (known is not null && type.IsClass && type != typeof(string)
            && type.Namespace == typeof(Inputs.FineTuneInput).Namespace)
        {
            return Read(type == typeof(Inputs.FineTuneInput) ? Inputs.Purposes.Defaults(PurposeOf(value)) : known,
                value, path, problems);
        }

        try
        {
            if (JsonSerializer.Deserialize(value, type, PipelineJson.Options) is { } read)
            {
                return read;
            }

            Add(problems, $"{path}: null is not allowed; leave the field out to take its default");
        }
        catch (JsonException)
        {
            Add(problems, $"{path}: expected {Describe(type)}, found {Show(value)}");
        }

        return null;
    }

    /// <summary>The purpose that a written input names; it decides the defaults of the other fields.</summary>
    public static string PurposeOf(JsonElement element) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty("purpose", out var purpose)
            && purpose.ValueKind == JsonValueKind.String
            ? purpose.GetString() ?? ""
            : Inputs.Purposes.Task;

    private static string Describe(Type type)
    {
        if (type == typeof(int) || type == typeof(long))
        {
            return "a whole number";
        }

        if (type == typeof(double))
        {
            return "a number";
        }

        if (type == typeof(bool))
        {
            return "true or false";
        }

        if (type == typeof(TimeSpan))
        {
            return "a duration such as \"1.00:30:00\" (days.hours:minutes:seconds)";
        }

        return type == typeof(string) ? "a text" : "a list";
    }

    private static string Hint(string name, Type type)
    {
        var best = PropertiesOf(type).Select(NameOf).MinBy(known => Distance(known, name));
        return best is not null && Distance(best, name) <= Math.Max(2, name.Length / 3)
            ? $"; did you mean '{best}'?" : "";
    }

    private static int Distance(string first, string second)
    {
        var row = Enumerable.Range(0, second.Length + 1).ToArray();
        for (var i = 1; i <= first.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= second.Length; j++)
            {
                var same = char.ToLowerInvariant(first[i - 1]) == char.ToLowerInvariant(second[j - 1]);
                (diagonal, row[j]) = (row[j], Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (same ? 0 : 1)));
            }
        }

        return row[second.Length];
    }

    private static string Show(JsonElement element) => Clean(element.GetRawText());

    // Foreign text in a message is short and without control characters.
    private static string Clean(string text)
    {
        var clean = new string([.. text.Where(character => !char.IsControl(character)).Take(60)]);
        return clean.Length < text.Length ? clean + "…" : clean;
    }

    private static void Add(List<string> problems, string problem)
    {
        if (problems.Count < MostProblems)
        {
            problems.Add(problem);
        }
    }
}
