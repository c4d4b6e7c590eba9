using System.Text.Json;
using System.Text.Json.Serialization;
using Pipeline.Llm.Training.Checkpointing;

namespace Pipeline.Llm.Training.Tests.Models;

/// <summary>Reads a checkpoint while a run goes on, without taking the folder over.</summary>
internal static class CheckpointStoreReader
{
    private static readonly JsonSerializerOptions Json = new()
    {
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    public static SavedCheckpoint Read(string folder, int step)
    {
        var path = Directory.GetFiles(folder, $"step-{step:D8}-*.manifest.json").Single();
        var manifest = JsonSerializer.Deserialize<CheckpointManifest>(File.ReadAllBytes(path), Json)!;
        return new(
            manifest,
            manifest.Files.ToDictionary(
                f => f.Key, f => Path.Combine(folder, "objects", f.Value.Sha256 + ".safetensors")));
    }
}
