using System.Text.Json;
using System.Text.RegularExpressions;
using Pipeline.Evaluation.Text;

namespace Pipeline.Evaluation.Tasks;

/// <summary>Rows of HellaSwag (Zellers et al. 2019) as questions.</summary>
/// <remarks>
/// Source: the clean-up that lm-evaluation-harness documents: titles become sentences, remarks in brackets vanish.
/// </remarks>
public static partial class HellaSwagRows
{
    /// <summary>Adds <c>query</c>, <c>choices</c> and <c>gold</c>.</summary>
    /// <param name="row">A row with <c>activity_label</c>, <c>ctx_a</c>, <c>ctx_b</c>, <c>endings</c> and
    /// <c>label</c>.</param>
    /// <returns>The row with the three fields.</returns>
    public static JsonElement Process(JsonElement row)
    {
        var context =
            $"{row.GetProperty("ctx_a").GetString()} {Capitalize(row.GetProperty("ctx_b").GetString() ?? "")}";
        var fields = row.EnumerateObject().ToDictionary(field => field.Name, field => (object)field.Value);
        fields["query"] = Clean($"{row.GetProperty("activity_label").GetString()}: {context}");
        fields["choices"] = row.GetProperty("endings").EnumerateArray()
            .Select(ending => Clean(ending.GetString() ?? "")).ToArray();
        fields["gold"] = int.Parse(row.GetProperty("label").ToString());
        return JsonSerializer.SerializeToElement(fields);
    }

    private static string Clean(string text) =>
        Remark().Replace(UnicodeText.Trim(text).Replace(" [title]", ". "), "").Replace("  ", " ");

    private static string Capitalize(string text)
    {
        if (text.Length == 0) return text;
        var first = char.IsHighSurrogate(text[0]) && text.Length > 1 ? 2 : 1;
        return text[..first].ToUpperInvariant() + UnicodeText.Lower(text[first..]);
    }

    [GeneratedRegex(@"\[.*?\]")]
    private static partial Regex Remark();
}
