using System.Text.Json;

namespace Pipeline.Evaluation.Tasks.Yaml;

/// <summary>
/// Functions that YAML tasks may name with <c>!function</c>; code is never loaded from a task's folder.
/// </summary>
public sealed class TaskFunctions
{
    /// <summary>Changes a row before templates see it.</summary>
    public Dictionary<string, Func<JsonElement, JsonElement>> Documents { get; } = new(StringComparer.Ordinal);

    /// <summary>Makes a text from a row.</summary>
    public Dictionary<string, Func<JsonElement, string>> Texts { get; } = new(StringComparer.Ordinal);

    /// <summary>The built-in functions.</summary>
    /// <returns>Those of HellaSwag and WikiText.</returns>
    public static TaskFunctions BuiltIn()
    {
        var functions = new TaskFunctions();
        functions.Documents["hellaswag.process_docs"] = HellaSwagRows.Process;
        functions.Texts["wikitext.detokenize"] = row => WikiText.Detokenize(row.GetProperty("page").GetString() ?? "");
        functions.Texts["wikitext.page"] = row => row.GetProperty("page").GetString() ?? "";
        return functions;
    }
}
