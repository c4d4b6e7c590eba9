using System.Globalization;
using Pipeline.Evaluation.Harness;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Pipeline.Evaluation.Tasks.Yaml;

/// <summary>A mapping of a YAML file with messages that name file and key.</summary>
internal sealed class YamlFields
{
    private readonly Dictionary<string, YamlNode> _fields;

    private YamlFields(string where, Dictionary<string, YamlNode> fields) => (Where, _fields) = (where, fields);

    public string Where { get; }

    public static YamlFields Load(string path)
    {
        try
        {
            var stream = new YamlStream();
            using var reader = new StringReader(File.ReadAllText(path));
            stream.Load(reader);
            if (stream.Documents.Count != 1 || stream.Documents[0].RootNode is not YamlMappingNode root)
                throw new TaskFormatException($"{path} is no mapping");
            var fields = Of(root, path);
            if (fields.Text("include") is not { } include) return fields;
            // Keys of the file win over those it includes.
            var parent = Load(Path.Combine(Path.GetDirectoryName(path) ?? "", include));
            foreach (var (key, value) in fields._fields) parent._fields[key] = value;
            parent._fields.Remove("include");
            return new YamlFields(path, parent._fields);
        }
        catch (YamlException exception)
        {
            throw new TaskFormatException($"{path}, line {exception.Start.Line}: {exception.Message}", exception);
        }
    }

    public void OnlyKnows(IReadOnlyCollection<string> keys)
    {
        if (_fields.Keys.FirstOrDefault(key => !keys.Contains(key)) is { } unknown)
        {
            throw new TaskFormatException(
                $"{Where}: the key '{unknown}' is not supported; known are "
                    + $"{string.Join(", ", keys.Order(StringComparer.Ordinal))}");
        }
    }

    public bool Has(string key) => _fields.ContainsKey(key);

    public string? Text(string key) => _fields.GetValueOrDefault(key) switch
    {
        null => null,
        YamlScalarNode scalar => scalar.Value,
        _ => throw Wrong(key, "a text"),
    };

    /// <summary>Name of a <c>!function</c>; null when the value is something else.</summary>
    public string? Function(string key) =>
        _fields.GetValueOrDefault(key) is YamlScalarNode { Tag: { IsEmpty: false } tag } scalar
            && tag.Value == "!function" ? scalar.Value : null;

    public int? Number(string key) => Text(key) is { } text
        ? int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
        ? value : throw Wrong(key, "a whole number")
        : null;

    public bool Flag(string key, bool otherwise = false) => Text(key)?.ToLowerInvariant() switch
    {
        null => otherwise,
        "true" or "yes" => true,
        "false" or "no" => false,
        _ => throw Wrong(key, "true or false"),
    };

    public IReadOnlyList<string> Texts(string key) => _fields.GetValueOrDefault(key) switch
    {
        null => [],
        YamlScalarNode scalar => [scalar.Value ?? ""],
        YamlSequenceNode list when list.All(item => item is YamlScalarNode) =>
            [.. list.Cast<YamlScalarNode>().Select(item => item.Value ?? "")],
        _ => throw Wrong(key, "a list of texts"),
    };

    public bool IsList(string key) => _fields.GetValueOrDefault(key) is YamlSequenceNode;

    public YamlFields? Map(string key) => _fields.GetValueOrDefault(key) switch
    {
        null => null,
        YamlMappingNode map => Of(map, $"{Where}, {key}"),
        _ => throw Wrong(key, "a mapping"),
    };

    public IReadOnlyList<YamlFields> Maps(string key) => _fields.GetValueOrDefault(key) switch
    {
        null => [],
        YamlSequenceNode list when list.All(item => item is YamlMappingNode) =>
            [.. list.Cast<YamlMappingNode>().Select(item => Of(item, $"{Where}, {key}"))],
        _ => throw Wrong(key, "a list of mappings"),
    };

    public IEnumerable<string> Keys => _fields.Keys;

    private static YamlFields Of(YamlMappingNode map, string where) =>
        new(where,
            map.Children.ToDictionary(
                pair => ((YamlScalarNode)pair.Key).Value ?? "", pair => pair.Value, StringComparer.Ordinal));

    private TaskFormatException Wrong(string key, string expected) => new($"{Where}: '{key}' must be {expected}");
}
