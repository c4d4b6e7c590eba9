using Pipeline.Llm.Checkpoints;
using Pipeline.Llm.Configuration;
using Pipeline.Registry.Models;

namespace Pipeline.Activities.Registration;

/// <summary>Registers base models with what their configuration says.</summary>
/// <param name="registry">The model registry.</param>
public sealed class BaseRegistration(ModelRegistry registry)
{
    /// <summary>Registers a folder; registering the same files again changes nothing.</summary>
    /// <param name="name">Name or folder, as the input has it.</param>
    /// <param name="folder">Local folder with the files.</param>
    /// <param name="licence">Licence of the model.</param>
    /// <param name="cancellation">Stops the hashing.</param>
    /// <returns>Reference to exactly these files.</returns>
    public async Task<BaseModelRef> RegisterAsync(
        string name, string folder, string licence, CancellationToken cancellation)
    {
        var files = await BaseModel.DigestFilesAsync(folder, cancellation);
        var config = ModelConfigReader.Read(folder);
        return await registry.Bases.RegisterAsync(
            new BaseModel
            {
                Id = Path.GetFileName(Path.TrimEndingDirectorySeparator(name)),
                Revision = BaseModel.DigestOf(files)[..12],
                Architecture = config.ModelType,
                DType = config.DType ?? "float32",
                Parameters = ParametersOf(folder),
                VocabularySize = config.VocabularySize,
                ContextLength = config.MaxPositions,
                Licence = licence,
                Files = files,
            },
            cancellation);
    }

    private static long ParametersOf(string folder)
    {
        using var weights = WeightFiles.Open(folder);
        return weights.Files.Sum(
            file => file.Header.Entries.Sum(entry => entry.Shape.Aggregate(1L, (product, size) => product * size)));
    }
}
