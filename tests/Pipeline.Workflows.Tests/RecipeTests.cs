using System.Text.Json;
using Pipeline.Workflows.Inputs;
using Pipeline.Workflows.Json;

namespace Pipeline.Workflows.Tests;

public sealed class RecipeTests
{
    public static TheoryData<string> Files => [.. Directory.EnumerateFiles(Path.Combine(Repository.Root, "workflows", "recipes"), "*.json").Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Files))]
    public void Recipe_LoadsWithoutProblemsUnderItsName(string file)
    {
        var path = Path.Combine(Repository.Root, "workflows", "recipes", file);
        var input = JsonSerializer.Deserialize<FineTuneInput>(File.ReadAllText(path), PipelineJson.Options)!;
        InputValidator.Check(input).ShouldBeEmpty();
        input.Recipe.ShouldBe(Path.GetFileNameWithoutExtension(file));
        File.ReadAllText(Path.Combine(Path.GetDirectoryName(path)!, "README.md")).ShouldContain($"`{input.Recipe}`");
    }
}
