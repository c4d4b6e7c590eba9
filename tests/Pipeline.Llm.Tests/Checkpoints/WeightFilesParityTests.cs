using System.Text.Json;
using Pipeline.Llm.Checkpoints;
using Pipeline.Llm.Configuration;

namespace Pipeline.Llm.Tests.Checkpoints;

public sealed class WeightFilesParityTests
{
    // Read by the reference library, refused here: unsafe or inconsistent.
    private static readonly string[] Refused =
    [
        "broken-index-empty-weight-map", "broken-index-path-traversal", "broken-index-tensor-nowhere",
        "broken-index-tensor-in-wrong-shard", "broken-index-drops-tensor", "broken-bin-only",
    ];

    [Fact]
    public void Open_DirectoriesWithWeights_SameTensorsOrRefused()
    {
        var root = Fixtures.Require("hub-layout");
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(root, "expected.json")));
        var compared = 0;
        foreach (var item in document.RootElement.GetProperty("dirs").EnumerateObject())
        {
            var directory = Path.Combine(root, "dirs", item.Name);
            if (Refused.Contains(item.Name))
            {
                Should.Throw<Exception>(() => WeightFiles.Open(directory), item.Name).Message.ShouldContain(item.Name);
                compared++;
            }
            else if (item.Value.TryGetProperty("tensors", out var tensors)
                && item.Value.TryGetProperty("weights", out var weights)
                && !weights.TryGetProperty("error", out _) && item.Name != "broken-single-and-index")
            {
                using var files = WeightFiles.Open(directory);
                var ours = files.Files.SelectMany(file => file.Header.Entries)
                    .Select(e => $"{e.Name} {e.DType} {string.Join(',', e.Shape)}");
                var theirs = tensors.EnumerateObject().SelectMany(file => file.Value.EnumerateObject())
                    .Select(Describe);
                ours.Order().ShouldBe(theirs.Order(), item.Name);
                compared++;
            }
        }

        Fixtures.Compared("hub-layout (weights)", compared);
    }

    [Fact]
    public void S0_26_Read_RemoteCode_IsNeverRunAndNamed()
    {
        using var directory = new TempDirectory();
        File.WriteAllText(directory.Combine("config.json"),
            """{"model_type": "custom", "auto_map": {"AutoModelForCausalLM": "model.Custom"}}""");
        Should.Throw<InvalidDataException>(() => ModelConfigReader.Read(directory.Path)).Message.ShouldContain(
            "never run");
        File.WriteAllText(directory.Combine("config.json"),
            """{"model_type": "llama", "auto_map": {"AutoModelForCausalLM": "model.Custom"}}""");
        ModelConfigReader.Read(directory.Path).Warnings.Single().ShouldContain("never run");
    }

    [Fact]
    public void Open_Pickle_IsRefusedByItsFirstBytes()
    {
        using var directory = new TempDirectory();
        byte[][] files =
            [[0x80, 2, 0x8A, 0x0A, 0x6C, 0xFC, 0x9C, 0x46], [.. "PK\u0003\u0004\0\0\0\0"u8], [.. "GGUF\u0003\0\0\0"u8]];
        foreach (var bytes in files)
        {
            var path = directory.Combine("model.safetensors");
            File.WriteAllBytes(path, bytes);
            Should.Throw<InvalidDataException>(() => SafeTensorsFile.Open(path)).Message.ShouldContain(
                "only safetensors is read");
        }
    }

    private static string Describe(JsonProperty tensor) =>
        $"{tensor.Name} {tensor.Value[0].GetString()} "
            + $"{string.Join(',', tensor.Value[1].EnumerateArray().Select(size => size.GetInt64()))}";
}
