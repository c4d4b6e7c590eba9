using System.CommandLine;
using Pipeline.Llm.Checkpoints;
using Pipeline.Llm.Configuration;
using Pipeline.Registry.Models;

namespace Pipeline.Tools.Registry;

/// <summary><c>registry register-base</c>: reads a model directory and registers it as a base model.</summary>
internal static class RegisterBaseCommand
{
    public static Command Create()
    {
        var directory = new Argument<DirectoryInfo>("directory")
        {
            Description = "model directory in Hugging Face layout",
        };
        var id = new Option<string?>("--id")
        {
            Description = "id, such as owner/model-8B (default: name of the directory)",
        };
        var revision = new Option<string>("--revision") { Description = "revision", DefaultValueFactory = _ => "main" };
        var licence = new Option<string>("--licence")
        {
            Description = "SPDX expression or known model licence",
            Required = true,
        };
        var command = new Command(
            "register-base", "Register a base model from its directory.") { directory, id, revision, licence };
        RegistryCommand.Run(command, async (parsed, registry, cancellation) =>
        {
            var folder = parsed.GetRequiredValue(directory).FullName;
            var name = parsed.GetValue(id) ?? Path.GetFileName(Path.TrimEndingDirectorySeparator(folder));
            var model = await ReadAsync(
                folder, name, parsed.GetRequiredValue(revision), parsed.GetRequiredValue(licence), cancellation);
            var reference = await registry.Bases.RegisterAsync(model, cancellation);
            if (parsed.GetValue(Answer.Json))
            {
                RegistryOptions.Print(new { Reference = reference, Model = model });
            }
            else
            {
                Console.WriteLine(
                    $"{model.Id} revision {model.Revision}: {model.Architecture}, {model.Parameters:N0} parameters, "
                        + $"{model.DType}, {reference.Digest}");
            }
        });
        return command;
    }

    private static async Task<BaseModel> ReadAsync(
        string folder, string id, string revision, string licence, CancellationToken cancellation)
    {
        var config = ModelConfigReader.Read(folder);
        using var weights = WeightFiles.Open(folder);
        var entries = weights.Files.SelectMany(file => file.Header.Entries).ToList();
        return new BaseModel
        {
            Id = id,
            Revision = revision,
            Architecture = config.ModelType,
            DType = entries.GroupBy(entry => entry.DType)
                .MaxBy(group => group.Sum(entry => entry.Bytes))?.Key.ToString().ToLowerInvariant() ?? "none",
            Parameters = entries.Sum(entry => entry.Count),
            VocabularySize = config.VocabularySize,
            ContextLength = config.MaxPositions,
            Licence = licence,
            Files = await BaseModel.DigestFilesAsync(folder, cancellation),
        };
    }
}
