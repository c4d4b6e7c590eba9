using System.Globalization;
using System.Reflection;

namespace Pipeline.Hosting.Configuration;

/// <summary>Turns texts into typed records; collects every problem instead of stopping at the first.</summary>
/// <param name="values">Values by dotted path.</param>
/// <param name="problems">Receives a sentence for each value that cannot be read.</param>
internal sealed class SettingsBinder(IReadOnlyDictionary<string, SettingValue> values, List<string> problems)
{
    public T Bind<T>()
        where T : new() => (T)Bind(typeof(T), "");

    private object Bind(Type type, string path)
    {
        var instance = Activator.CreateInstance(type)!; // every settings record has a public parameterless constructor
        foreach (var property in SettingsSchema.Properties(type))
        {
            var childPath = path.Length == 0
                ? SettingsSchema.NameOf(property) : $"{path}.{SettingsSchema.NameOf(property)}";
            if (SettingsSchema.IsLeaf(property.PropertyType))
            {
                if (values.TryGetValue(childPath, out var value)
                    && Convert(property, childPath, value) is { } converted)
                {
                    property.SetValue(instance, converted);
                }
            }
            else if (SettingsSchema.MapValueType(property.PropertyType) is { } valueType)
            {
                property.SetValue(instance, BindMap(valueType, childPath));
            }
            else
            {
                property.SetValue(instance, Bind(property.PropertyType, childPath));
            }
        }

        return instance;
    }

    private object BindMap(Type valueType, string path)
    {
        var map = (System.Collections.IDictionary)Activator.CreateInstance(
            typeof(SortedDictionary<,>).MakeGenericType(typeof(string), valueType))!;
        var names = values.Keys
            .Where(key => key.StartsWith(path + ".", StringComparison.Ordinal))
            .Select(key => key[(path.Length + 1)..].Split('.')[0])
            .Distinct(StringComparer.Ordinal);
        foreach (var name in names)
        {
            map[name] = Bind(valueType, $"{path}.{name}");
        }

        return map;
    }

    private object? Convert(PropertyInfo property, string path, SettingValue value)
    {
        var type = property.PropertyType;
        if (type == typeof(IReadOnlyList<string>))
        {
            return value.IsList ? value.Texts : value.Texts[0]
                .Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        }

        if (value.IsList)
        {
            problems.Add($"{value.Origin}: {path} takes one value, not a list");
            return null;
        }

        var text = value.Texts[0];
        if (type == typeof(string))
        {
            return text;
        }

        if (type == typeof(int)
            && int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole))
        {
            return whole;
        }

        if (type == typeof(double)
            && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var real)
            && double.IsFinite(real))
        {
            return real;
        }

        if (type == typeof(bool) && bool.TryParse(text, out var flag))
        {
            return flag;
        }

        if (type.IsEnum && !int.TryParse(text, out _) && Enum.TryParse(type, text, ignoreCase: true, out var named))
        {
            return named;
        }

        var shown = property.IsDefined(typeof(SecretAttribute)) ? "the given value" : $"'{Shorten(text)}'";
        problems.Add($"{value.Origin}: {path} must be {Describe(type)}; {shown} is not");
        return null;
    }

    private static string Shorten(string text) => text.Length <= 60 ? text : text[..60] + "…";

    private static string Describe(Type type) =>
        type == typeof(int) ? "a whole number" :
        type == typeof(double) ? "a finite number" :
        type == typeof(bool) ? "true or false" :
        type.IsEnum
        ? $"one of {string.Join(", ", Enum.GetNames(type).Select(name => char.ToLowerInvariant(name[0]) + name[1..]))}"
        : type.Name;
}
