using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Pipeline.Hosting.Configuration;

/// <summary>
/// Reads a YAML file of plain mappings, scalars and lists of scalars into dotted paths; anything cleverer is refused.
/// </summary>
/// <remarks>
/// Tags could name types, anchors can expand without bound and duplicate keys hide values, so none of them is accepted.
/// </remarks>
internal sealed class YamlSettings(string file, Dictionary<string, SettingValue> values, List<string> problems)
{
    private const int MaxBytes = 1 << 20;
    private const int MaxDepth = 16;

    public static void Read(string file, Dictionary<string, SettingValue> values, List<string> problems)
    {
        if (new FileInfo(file).Length > MaxBytes)
        {
            problems.Add($"{file}: larger than {MaxBytes} bytes; a configuration file is a page");
            return;
        }

        try
        {
            using var reader = new StreamReader(file);
            new YamlSettings(Path.GetFileName(file), values, problems).ReadDocument(new Parser(reader));
        }
        catch (YamlException exception)
        {
            problems.Add($"{Path.GetFileName(file)}:{exception.Start.Line}: not valid YAML: {exception.Message}");
        }
    }

    private void ReadDocument(Parser parser)
    {
        parser.Consume<StreamStart>();
        if (parser.Accept<StreamEnd>(out _))
        {
            return;
        }

        parser.Consume<DocumentStart>();
        if (parser.Current is MappingStart)
        {
            ReadMapping(parser, "", 0);
        }
        else
        {
            problems.Add($"{file}:{parser.Current?.Start.Line}: the file must be a mapping of settings");
            return;
        }

        parser.Consume<DocumentEnd>();
        if (!parser.Accept<StreamEnd>(out _))
        {
            problems.Add($"{file}: holds more than one document");
        }
    }

    private void ReadMapping(Parser parser, string path, int depth)
    {
        Inspect(parser.Consume<MappingStart>());
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        while (!parser.TryConsume<MappingEnd>(out _))
        {
            var key = parser.Consume<Scalar>();
            Inspect(key);
            var childPath = path.Length == 0 ? key.Value : $"{path}.{key.Value}";
            if (!seen.Add(key.Value))
            {
                problems.Add($"{file}:{key.Start.Line}: '{childPath}' is set twice");
            }

            ReadValue(parser, childPath, depth + 1);
        }
    }

    private void ReadValue(Parser parser, string path, int depth)
    {
        if (depth > MaxDepth)
        {
            problems.Add($"{file}:{parser.Current?.Start.Line}: nested deeper than {MaxDepth} levels");
            parser.SkipThisAndNestedEvents();
            return;
        }

        switch (parser.Current)
        {
            case MappingStart:
                ReadMapping(parser, path, depth);
                break;
            case SequenceStart start:
                Add(path, ReadList(parser), isList: true, start);
                break;
            case Scalar scalar:
                parser.MoveNext();
                Inspect(scalar);
                // `key:` with nothing behind it keeps the default.
                if (scalar.Value.Length > 0 || scalar.Style != ScalarStyle.Plain)
                {
                    Add(path, [scalar.Value], isList: false, scalar);
                }

                break;
            case AnchorAlias alias:
                parser.MoveNext();
                problems.Add($"{file}:{alias.Start.Line}: YAML aliases are not accepted; write the value out");
                break;
            default:
                throw new YamlException($"unexpected {parser.Current?.GetType().Name}");
        }
    }

    private List<string> ReadList(Parser parser)
    {
        Inspect(parser.Consume<SequenceStart>());
        var items = new List<string>();
        while (!parser.TryConsume<SequenceEnd>(out _))
        {
            if (parser.TryConsume<Scalar>(out var scalar))
            {
                Inspect(scalar);
                items.Add(scalar.Value);
            }
            else
            {
                problems.Add($"{file}:{parser.Current?.Start.Line}: a list holds plain values only");
                parser.SkipThisAndNestedEvents();
            }
        }

        return items;
    }

    private void Add(string path, List<string> texts, bool isList, ParsingEvent place)
    {
        if (texts.Exists(text => text.Contains('\0', StringComparison.Ordinal)))
        {
            problems.Add($"{file}:{place.Start.Line}: '{path}' contains a NUL character");
            return;
        }

        var (_, problem) = SettingsSchema.Resolve(path);
        if (problem is not null)
        {
            problems.Add($"{file}:{place.Start.Line}: {problem}");
            return;
        }

        values[path] = new SettingValue(texts, isList, $"{file}:{place.Start.Line}");
    }

    private void Inspect(NodeEvent node)
    {
        if (!node.Anchor.IsEmpty)
        {
            problems.Add($"{file}:{node.Start.Line}: YAML anchors are not accepted; write the value out");
        }

        if (!node.Tag.IsEmpty)
        {
            problems.Add($"{file}:{node.Start.Line}: YAML tags such as {node.Tag} are not accepted");
        }
    }
}
