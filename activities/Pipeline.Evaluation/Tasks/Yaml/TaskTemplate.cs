using System.Text.Json;
using Pipeline.Data.ChatTemplates;
using Pipeline.Evaluation.Harness;

namespace Pipeline.Evaluation.Tasks.Yaml;

/// <summary>A template of a task over the fields of a row, in the sandboxed Jinja of chat templates.</summary>
internal sealed class TaskTemplate
{
    private static readonly JsonElement NoMessages =
        JsonSerializer.SerializeToElement(new[] { new { role = "user", content = "" } });
    private readonly string _where;
    private readonly string _source;
    private readonly string _tail;
    private readonly ChatTemplate? _template;

    public TaskTemplate(string source, string where)
    {
        (_source, _where) = (source, where);
        if (!source.Contains("{{", StringComparison.Ordinal) && !source.Contains("{%", StringComparison.Ordinal))
            (_template, _tail) = (null, "");
        else
        {
            // The engine drops a last line break, which belongs to a prompt.
            _tail = source.EndsWith('\n') ? "\n" : "";
            _template = Parse(source);
        }
    }

    /// <summary>
    /// The text for a row; without template marks, the row's field of that name, else the text itself.
    /// </summary>
    public string Text(JsonElement row)
    {
        if (_template is null) return Field(row) is { } value ? Plain(value) : _source;
        return Render(_template, row) + _tail;
    }

    /// <summary>
    /// The value for a row: a field keeps its type, a template whose whole text is one expression gives its value.
    /// </summary>
    public JsonElement Value(JsonElement row)
    {
        if (_template is null) return Field(row) ?? JsonSerializer.SerializeToElement(_source);
        var trimmed = _source.Trim();
        if (!trimmed.StartsWith("{{", StringComparison.Ordinal)
            || trimmed.IndexOf("}}", StringComparison.Ordinal) != trimmed.Length - 2)
        {
            return JsonSerializer.SerializeToElement(Text(row));
        }

        using var document = JsonDocument.Parse(Render(Parse($"{{{{ ({trimmed[2..^2]})|tojson }}}}"), row));
        return document.RootElement.Clone();
    }

    private JsonElement? Field(JsonElement row) => row.TryGetProperty(_source, out var value) ? value : null;

    private static string Plain(JsonElement value) =>
        value.ValueKind == JsonValueKind.String ? value.GetString() ?? "" : value.GetRawText();

    private ChatTemplate Parse(string source)
    {
        try
        {
            return ChatTemplate.Parse(source, _where);
        }
        catch (ChatTemplateException exception)
        {
            throw new TaskFormatException($"{_where}: {exception.Message}", exception);
        }
    }

    private string Render(ChatTemplate template, JsonElement row)
    {
        try
        {
            var variables = row.EnumerateObject()
                .ToDictionary(field => field.Name, field => field.Value, StringComparer.Ordinal);
            return template.Render(ChatRequest.OfJson(NoMessages) with { Variables = variables }).Text;
        }
        catch (ChatTemplateException exception)
        {
            throw new TaskFormatException($"{_where}: {exception.Message}", exception);
        }
    }
}
