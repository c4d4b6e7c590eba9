using System.Text.Json;

namespace Pipeline.Data.Tests.Planted;

/// <summary>The committed corpus in which everything is counted.</summary>
internal static class PlantedCorpus
{
    public static readonly string Folder =
        Path.Combine(Repository.Root, "tests", "Pipeline.Data.Stages.Tests", "Planted");

    public static JsonElement Expected { get; } =
        JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Folder, "expected.json"))).RootElement;

    public static int Kind(string name) => Expected.GetProperty("kinds").GetProperty(name).GetInt32();

    public static string Kind(JsonElement row) => row.GetProperty("kind").GetString() ?? "";

    public static IEnumerable<JsonElement> Rows(string path) =>
        File.ReadLines(path).Select(line => JsonDocument.Parse(line).RootElement);
}
