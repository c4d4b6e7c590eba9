using System.Text.Json;
using Pipeline.Workflows.Inputs;
using Pipeline.Workflows.Json;

namespace Pipeline.Cli.Runs;

/// <summary>Reads inputs of runs: a recipe by name, a JSON file, or JSON text.</summary>
internal static class RunInputFile
{
    public static string Folder => Path.Combine(Checkout.Root, "workflows", "recipes");

    /// <summary>Reads an input and checks it as the workflow would.</summary>
    /// <exception cref="ArgumentException">It has problems; all are listed.</exception>
    public static FineTuneInput Read(string nameOrJson, string owner)
    {
        var input = Parse(nameOrJson);
        input = input with { Owner = input.Owner == new FineTuneInput().Owner ? owner : input.Owner };
        var problems = InputValidator.Check(input);
        return problems.Count == 0
            ? input : throw new ArgumentException(
                $"{problems.Count} problems in {Short(nameOrJson)}:\n- {string.Join("\n- ", problems)}",
                nameof(nameOrJson));
    }

    public static IEnumerable<string> Recipes() =>
        Directory.EnumerateFiles(Folder, "*.json").Select(Path.GetFileNameWithoutExtension).OfType<string>()
            .Order(StringComparer.Ordinal);

    private static FineTuneInput Parse(string nameOrJson)
    {
        var text = nameOrJson.TrimStart().StartsWith('{') ? nameOrJson : File.ReadAllText(PathOf(nameOrJson));
        try
        {
            return JsonSerializer.Deserialize<FineTuneInput>(text, PipelineJson.Options) ?? new FineTuneInput();
        }
        catch (JsonException exception)
        {
            throw new ArgumentException(
                $"{Short(nameOrJson)} is not JSON: {exception.Message}", nameof(nameOrJson), exception);
        }
    }

    private static string PathOf(string name)
    {
        var recipe = Path.Combine(Folder, Path.GetFileName(name) + ".json");
        return File.Exists(name) ? name : File.Exists(recipe) ? recipe
            : throw new ArgumentException(
                $"'{name}' is neither a recipe ({string.Join(", ", Recipes())}), a file, nor JSON", nameof(name));
    }

    private static string Short(string text) => text.Length > 60 ? text[..60] + "…" : text;
}
