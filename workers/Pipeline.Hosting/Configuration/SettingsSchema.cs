using System.Reflection;

namespace Pipeline.Hosting.Configuration;

/// <summary>The tree of settings, read off the records by reflection; names are camelCase in files.</summary>
internal static class SettingsSchema
{
    public static string NameOf(PropertyInfo property) => char.ToLowerInvariant(property.Name[0]) + property.Name[1..];

    public static bool IsLeaf(Type type) =>
        type == typeof(string) || type == typeof(int) || type == typeof(double) || type == typeof(bool) || type.IsEnum
            ||
        type == typeof(IReadOnlyList<string>);

    public static Type? MapValueType(Type type) =>
        type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyDictionary<,>)
            ? type.GetGenericArguments()[1] : null;

    public static PropertyInfo[] Properties(Type type) =>
        [.. type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property.CanWrite)];

    /// <summary>The property that a dotted path names, or a message that says which part is unknown.</summary>
    public static (PropertyInfo? Leaf, string? Problem) Resolve(string path)
    {
        var type = typeof(PipelineSettings);
        var parts = path.Split('.');
        for (var i = 0; i < parts.Length; i++)
        {
            if (MapValueType(type) is { } valueType)
            {
                type = valueType;
                continue;
            }

            var properties = Properties(type);
            var found = Array.Find(
                properties, property => NameOf(property).Equals(parts[i], StringComparison.OrdinalIgnoreCase));
            if (found is null)
            {
                var hint = NearestName.Find(parts[i], properties.Select(NameOf));
                var known = hint is null
                    ? $"known here: {string.Join(", ", properties.Select(NameOf))}" : $"did you mean '{hint}'?";
                return (null, $"unknown setting '{string.Join('.', parts[..(i + 1)])}'; {known}");
            }

            if (i == parts.Length - 1 && IsLeaf(found.PropertyType))
            {
                return (found, null);
            }

            if (IsLeaf(found.PropertyType))
            {
                return (null, $"setting '{string.Join('.', parts[..(i + 1)])}' has no parts, yet '{path}' names one");
            }

            type = found.PropertyType;
        }

        return (null, $"'{path}' is a group of settings, not a value");
    }
}
