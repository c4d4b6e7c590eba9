using System.Text.Json;
using Pipeline.Data.Building;
using Pipeline.Data.Labels;

namespace Pipeline.Data.Text.Tests.Building;

/// <summary>Small datasets over the committed base model's tokenizer.</summary>
internal sealed class DatasetFixture : IDisposable
{
    public static readonly string Model = Path.Combine(Repository.Root, "infra", "models", "bookworm-6m");

    private readonly TempDirectory _folder = new();

    public string Output => _folder.Combine("out");

    public string At(string name) => _folder.Combine(name);

    public string Write(string name, params string[] lines)
    {
        File.WriteAllLines(_folder.Combine(name), lines);
        return _folder.Combine(name);
    }

    public string Write(string name, IEnumerable<object> rows) =>
        Write(name, [.. rows.Select(row => JsonSerializer.Serialize(row))]);

    public static object Chat(string user, string assistant, string? id = null) => new
    {
        id = id ?? Guid.NewGuid().ToString("N"),
        messages = new[] { new { role = "user", content = user }, new { role = "assistant", content = assistant } },
    };

    public static IEnumerable<object> Chats(int count, string answer = "libs") =>
        Enumerable.Range(0, count).Select(i => Chat($"Which section? Package {i}", answer, $"row-{i}"));

    public static DatasetRecipe Recipe(params DatasetSource[] sources) => new("test", Model, sources)
    {
        Labels = new LabelOptions { MaxLength = 1024 },
    };

    public DatasetIndex Build(DatasetRecipe recipe, DatasetBuilder? builder = null) =>
        (builder ?? new DatasetBuilder()).Build(recipe, Output);

    public void Dispose() => _folder.Dispose();
}
