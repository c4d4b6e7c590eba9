using System.Text;
using System.Text.Json;
using Pipeline.Data.Ingest.Debian;

namespace Pipeline.Data.Tests.Ingest;

public sealed class DebianRowsParityTests
{
    [Theory]
    [InlineData("train.jsonl")]
    [InlineData("heldout.jsonl")]
    public async Task WriteAsync_IndexOfReferenceRows_GivesTheSameMessages(string file)
    {
        var rows = File.ReadAllLines(Fixtures.Require("reference-finetune/" + file))
            .Select(line => JsonDocument.Parse(line).RootElement).ToList();
        using var folder = new TempDirectory();
        var index = new StringBuilder();
        foreach (var row in rows)
        {
            var content = row.GetProperty("messages")[0].GetProperty("content").GetString()!;
            var description = content[(content.IndexOf("\nDescription: ", StringComparison.Ordinal) + 14)..];
            index.Append(
                $"Package: {row.GetProperty("package").GetString()}\nSection: "
                    + $"{row.GetProperty("messages")[1].GetProperty("content").GetString()}\nDescription: "
                    + $"{description}\n\n");
        }

        await File.WriteAllTextAsync(folder.Combine("x_Packages"), index.ToString());
        await new DebianPackageSource(new DebianSourceOptions { ListsFolder = folder.Path, TopSections = 0 })
            .WriteAsync(folder.Combine("rows.jsonl"));

        var written = File.ReadAllLines(folder.Combine("rows.jsonl"))
            .Select(line => JsonDocument.Parse(line).RootElement)
            .ToDictionary(row => row.GetProperty("package").GetString()!);
        foreach (var row in rows)
        {
            JsonElement.DeepEquals(written[row.GetProperty("package").GetString()!].GetProperty("messages"),
                row.GetProperty("messages")).ShouldBeTrue();
        }

        Fixtures.Compared("reference-finetune/" + file, rows.Count);
    }
}
