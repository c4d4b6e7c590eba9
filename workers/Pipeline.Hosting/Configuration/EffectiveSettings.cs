using System.Collections;
using System.Reflection;

namespace Pipeline.Hosting.Configuration;

/// <summary>Lists every effective value with its origin.</summary>
internal static class EffectiveSettings
{
    public static IReadOnlyList<EffectiveSetting> Describe(
        PipelineSettings settings, IReadOnlyDictionary<string, SettingValue> values)
    {
        var rows = new List<EffectiveSetting>();
        Walk(settings, "", values, rows);
        return rows;
    }

    private static void Walk(
        object group, string path, IReadOnlyDictionary<string, SettingValue> values, List<EffectiveSetting> rows)
    {
        foreach (var property in SettingsSchema.Properties(group.GetType()))
        {
            var childPath = path.Length == 0
                ? SettingsSchema.NameOf(property) : $"{path}.{SettingsSchema.NameOf(property)}";
            var value = property.GetValue(group);
            if (SettingsSchema.IsLeaf(property.PropertyType))
            {
                var origin = values.TryGetValue(childPath, out var source) ? source.Origin : "default";
                rows.Add(new EffectiveSetting(childPath, Text(property, value), origin));
            }
            else if (SettingsSchema.MapValueType(property.PropertyType) is not null)
            {
                foreach (DictionaryEntry entry in (IDictionary)value!) // the binder always sets maps
                {
                    Walk(entry.Value!, $"{childPath}.{entry.Key}", values, rows);
                }
            }
            else
            {
                Walk(value!, childPath, values, rows);
            }
        }
    }

    private static string Text(PropertyInfo property, object? value) => value switch
    {
        string { Length: > 0 } when property.IsDefined(typeof(SecretAttribute)) => "********",
        IReadOnlyList<string> list => $"[{string.Join(", ", list)}]",
        bool flag => flag ? "true" : "false",
        Enum named => SettingsSchemaName(named.ToString()),
        _ => value?.ToString() ?? "",
    };

    private static string SettingsSchemaName(string name) => char.ToLowerInvariant(name[0]) + name[1..];
}
