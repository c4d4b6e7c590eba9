using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Pipeline.Registry.Licences;

namespace Pipeline.Registry.Packaging;

/// <summary>Writes a card: YAML front matter as model hubs read it, and Markdown without any live markup.</summary>
public static class ModelCardWriter
{
    private static readonly JsonSerializerOptions Scalars = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Writes the card.</summary>
    /// <param name="card">What it says.</param>
    /// <returns>The text, with LF line ends.</returns>
    public static string Write(ModelCard card)
    {
        var text = new StringBuilder("---\n");
        AppendLicence(text, card.Licence);
        text.Append($"base_model: {Scalar(card.Base.Id)}\n")
            .Append($"base_model_relation: {(card.Kind == PackageKind.Adapter ? "adapter" : "merge")}\n")
            .Append($"library_name: {(card.Kind == PackageKind.Adapter ? "peft" : "transformers")}\n")
            .Append("pipeline_tag: text-generation\n");
        AppendList(text, "datasets", card.Datasets);
        AppendList(text, "language", card.Languages);
        AppendList(text, "tags", card.Tags);
        AppendResults(text, card);
        text.Append("---\n\n");
        AppendBody(text, card);
        return text.ToString();
    }

    private static void AppendLicence(StringBuilder text, string licence)
    {
        // Hubs know a licence by its own short id; every other expression is "other" with a name.
        var hub = Licence.Find(licence) is { Also: [var first, ..] } ? first : null;
        text.Append($"license: {hub ?? "other"}\n");
        if (hub is null)
        {
            text.Append($"license_name: {Scalar(licence)}\nlicense_link: LICENSE\n");
        }
    }

    private static void AppendList(StringBuilder text, string name, IReadOnlyList<string> values)
    {
        if (values.Count > 0)
        {
            text.Append($"{name}:\n").AppendJoin("", values.Select(value => $"- {Scalar(value)}\n"));
        }
    }

    private static void AppendResults(StringBuilder text, ModelCard card)
    {
        if (card.Results.Count == 0)
        {
            return;
        }

        text.Append($"model-index:\n- name: {Scalar(card.Title)}\n  results:\n");
        foreach (var result in card.Results)
        {
            text.Append($"  - task:\n      type: text-generation\n      name: {Scalar(result.Task)}\n")
                .Append($"    dataset:\n      type: {Scalar(result.Dataset)}\n      name: {Scalar(result.Dataset)}\n")
                .Append($"    metrics:\n    - type: {Scalar(result.Metric)}\n      value: {Number(result.Value)}\n");
        }
    }

    private static void AppendBody(StringBuilder text, ModelCard card)
    {
        text.Append($"# {Plain(card.Title)}\n\n");
        if (card.Description.Length > 0)
        {
            text.Append($"{Plain(card.Description)}\n\n");
        }

        text.Append(
            $"Base model: {Plain(card.Base.Id)}, revision {Plain(card.Base.Revision)}, files {card.Base.Digest}\n");
        AppendTable(
            text, "Training", ["setting", "value"], card.Training.Select(pair => new[] { pair.Key, pair.Value }));
        AppendTable(
            text, "Results", ["task", "data", "metric", "value"],
            card.Results.Select(result => new[] { result.Task, result.Dataset, result.Metric, Number(result.Value) }));
        if (card.Obligations.Count > 0)
        {
            text.Append("\n## Obligations\n\n").AppendJoin("", card.Obligations.Select(duty => $"- {Plain(duty)}\n"));
        }
    }

    private static void AppendTable(StringBuilder text, string title, string[] head, IEnumerable<string[]> rows)
    {
        var lines = rows.Select(row => $"| {string.Join(" | ", row.Select(Plain))} |\n").ToList();
        if (lines.Count > 0)
        {
            text.Append(
                $"\n## {title}\n\n| {string.Join(" | ", head)} "
                    + $"|\n|{string.Concat(Enumerable.Repeat("---|", head.Length))}\n")
                .AppendJoin("", lines);
        }
    }

    // A JSON string is a YAML double-quoted scalar, so no value can break out of its line.
    private static string Scalar(string value) => JsonSerializer.Serialize(value, Scalars);

    private static string Number(double value) => value.ToString("G9", CultureInfo.InvariantCulture);

    // Markdown shows what was written: no tags, links, images, tables or headings can come from a value.
    private static string Plain(string value)
    {
        var text = new StringBuilder();
        foreach (var c in value)
        {
            _ = c switch
            {
                '<' => text.Append("&lt;"),
                '>' => text.Append("&gt;"),
                '&' => text.Append("&amp;"),
                '\\' or '[' or ']' or '!' or '|' or '`' or '#' or '*' => text.Append('\\').Append(c),
                _ => text.Append(char.IsControl(c) ? ' ' : c),
            };
        }

        return text.ToString();
    }
}
