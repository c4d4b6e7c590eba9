using static TorchSharp.torch;

namespace Pipeline.Llm.Training.Checkpointing;

/// <summary>A checkpoint whose files have been checked.</summary>
/// <param name="Manifest">Its manifest.</param>
/// <param name="Paths">Path of each file by name.</param>
public sealed record SavedCheckpoint(CheckpointManifest Manifest, IReadOnlyDictionary<string, string> Paths)
{
    /// <summary>Reads the tensors of a file; they belong to the current dispose scope.</summary>
    /// <param name="name">Name of the file.</param>
    /// <returns>Names and CPU tensors; nothing when the checkpoint has no such file.</returns>
    public IReadOnlyList<(string Name, Tensor Value)> Read(string name) =>
        Paths.TryGetValue(name, out var path) ? TensorFile.Read(path) : [];
}
