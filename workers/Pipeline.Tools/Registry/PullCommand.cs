using System.CommandLine;
using Pipeline.Registry.Packaging;

namespace Pipeline.Tools.Registry;

/// <summary>
/// <c>registry pull</c>: the files of a version in a new directory, each checked against its digest, as PEFT,
/// transformers, vLLM and <c>./pipeline serve</c> read them.
/// </summary>
internal static class PullCommand
{
    public static Command Create()
    {
        var target = new Argument<string>("address") { Description = "name@alias, name@3 or models:/name/3" };
        var directory = new Option<string>("--out")
        {
            Description = "directory that is empty, does not exist, or holds these files already",
            Required = true,
        };
        var command = new Command("pull", "Write the files of a version to a directory.") { target, directory };
        RegistryCommand.Run(command, async (parsed, registry, cancellation) =>
        {
            var version = await registry.ResolveAsync(parsed.GetRequiredValue(target), cancellation);
            var folder = Path.GetFullPath(parsed.GetRequiredValue(directory));
            var manifest = await new Package(registry.Artifacts).UnpackAsync(version.Package, folder, cancellation);
            var names = string.Join(", ", manifest.Files.Select(file => file.Name));
            Answer.Write(
                parsed, new { version.Name, version.Version, version.Package, Directory = folder, manifest.Files },
                $"{version.Address} in {folder}: {names}\nbase model {version.Base.Id}, revision {version.Base.Revision}");
        });
        return command;
    }
}
