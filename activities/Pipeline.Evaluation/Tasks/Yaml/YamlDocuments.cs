using System.Text.Json;
using Pipeline.Evaluation.Harness;

namespace Pipeline.Evaluation.Tasks.Yaml;

/// <summary>Rows of a YAML task as questions.</summary>
internal sealed class YamlDocuments(YamlFields file, YamlTaskOptions options)
{
    public IReadOnlyList<TaskDocument> Read(string? split, OutputType output)
    {
        if (split is null) return [];
        var name = file.Map("dataset_kwargs")?.Map("data_files")?.Text(split)
            ?? throw new TaskFormatException(
                $"{file.Where}: dataset_kwargs.data_files names no file for the split '{split}'");
        var path = name.Replace("DATA_DIR", options.DataDirectory, StringComparison.Ordinal);
        if (!Path.IsPathRooted(path)) path = Path.Combine(Path.GetDirectoryName(file.Where) ?? "", path);
        if (!File.Exists(path))
            throw new TaskFormatException($"{file.Where}: the file {path} of the split '{split}' does not exist");
        var rows = BenchmarkRows.Read(path);
        if (file.Has("process_docs"))
        {
            var function = Known(options.Functions.Documents, "process_docs");
            rows = [.. rows.Select(function)];
        }

        return [.. rows.Select((row, i) => Document(row, i, output))];
    }

    private TaskDocument Document(JsonElement row, int index, OutputType output)
    {
        var text = Template("doc_to_text").Text(row);
        if (file.Function("doc_to_target") is not null)
        {
            var target = Known(options.Functions.Texts, "doc_to_target")(row);
            return new TaskDocument
            {
                Id = index.ToString(),
                Text = text,
                Target = target,
                Counted = file.Has("process_results")
                    ? Known(options.Functions.Texts, "process_results")(row) : null,
            };
        }

        if (output != OutputType.MultipleChoice) return new TaskDocument
        {
            Id = index.ToString(),
            Text = text,
            Target = Template("doc_to_target").Text(row),
        };
        var choices = Choices(row);
        var gold = Gold(Template("doc_to_target").Value(row), choices, index);
        return new TaskDocument
        {
            Id = index.ToString(),
            Text = text,
            Target = choices[gold],
            Choices = choices,
            Gold = gold,
        };
    }

    private string[] Choices(JsonElement row)
    {
        if (file.IsList("doc_to_choice"))
            return [.. file.Texts("doc_to_choice").Select(choice => new TaskTemplate(choice, file.Where).Text(row))];
        var value = Template("doc_to_choice").Value(row);
        return value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray().Select(choice => choice.ToString())]
            : throw new TaskFormatException($"{file.Where}: doc_to_choice must give a list");
    }

    private int Gold(JsonElement value, string[] choices, int index)
    {
        var gold = value.ValueKind == JsonValueKind.Number ? value.GetInt32()
            : int.TryParse(value.ToString(), out var number) ? number : Array.IndexOf(choices, value.ToString());
        return gold >= 0 && gold < choices.Length ? gold
            : throw new TaskFormatException(
                $"{file.Where}, row {index + 1}: the answer '{value}' is none of the {choices.Length} choices");
    }

    private TaskTemplate Template(string key) =>
        new(file.Text(key) ?? throw new TaskFormatException($"{file.Where}: '{key}' is missing"), file.Where);

    private T Known<T>(Dictionary<string, T> functions, string key)
    {
        var name = file.Function(key) ?? throw new TaskFormatException($"{file.Where}: '{key}' must name a function");
        return functions.TryGetValue(name, out var function) ? function
            : throw new TaskFormatException(
                $"{file.Where}: the function '{name}' is not built in; code from task folders is never run. Known are "
                    + $"{string.Join(", ", functions.Keys)}");
    }
}
