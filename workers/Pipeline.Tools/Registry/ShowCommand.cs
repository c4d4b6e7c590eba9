using System.CommandLine;
using Pipeline.Registry.Models;

namespace Pipeline.Tools.Registry;

/// <summary><c>registry show</c>: one version with its files, or one model with its history.</summary>
internal static class ShowCommand
{
    public static Command Create()
    {
        var target = new Argument<string>("target") { Description = "model, name@alias, name@3 or models:/name/3" };
        var command = new Command("show", "One model with its history, or one version with its files.") { target };
        RegistryCommand.Run(command, async (parsed, registry, cancellation) =>
        {
            var text = parsed.GetRequiredValue(target);
            var json = parsed.GetValue(Answer.Json);
            await (text.Contains('@', StringComparison.Ordinal) || text.StartsWith("models:/", StringComparison.Ordinal)
                ? ShowVersionAsync(registry, text, json, cancellation)
                : ShowModelAsync(registry, text, json, cancellation));
        });
        return command;
    }

    private static async Task ShowVersionAsync(
        ModelRegistry registry, string address, bool json, CancellationToken cancellation)
    {
        var version = await registry.ResolveAsync(address, cancellation);
        var notes = await registry.NotesAsync(version.Name, version.Version, cancellation);
        var files = (await registry.Artifacts.FindAsync(version.PackageKind, version.Package, cancellation))?.Files
            ?? [];
        if (json)
        {
            RegistryOptions.Print(new { Version = version, notes.Tags, Files = files });
            return;
        }

        Console.WriteLine($"{version.Address}  registered {version.CreatedAt:yyyy-MM-dd HH:mm:ss}Z by {version.Actor}");
        Console.WriteLine($"base     {version.Base.Id} revision {version.Base.Revision} ({version.Base.Digest})");
        Console.WriteLine($"package  {version.Package}");
        Console.WriteLine($"licence  {(version.Licence.Length == 0 ? "-" : version.Licence)}");
        foreach (var line in version.Obligations.Select(duty => $"duty     {duty}")
            .Concat(notes.Tags.Select(tag => $"tag      {tag.Key}={tag.Value}")))
        {
            Console.WriteLine(line);
        }

        Console.WriteLine();
        RegistryOptions.PrintTable(
            ["FILE", "BYTES", "SHA-256"], files.Select(file => new[] { file.Name, $"{file.Bytes:N0}", file.Sha256 }));
    }

    private static async Task ShowModelAsync(
        ModelRegistry registry, string name, bool json, CancellationToken cancellation)
    {
        var (versions, history) =
            (await registry.VersionsAsync(name, cancellation), await registry.HistoryAsync(name, cancellation));
        var (notes, state) = (await registry.NotesAsync(name, cancellation: cancellation),
            await registry.StateAsync(name, cancellation));
        if (versions.Count == 0 && history.Count == 0)
        {
            throw new RegistryException(
                RegistryError.NotFound, $"model {name} does not exist; ./pipeline registry list shows those that do");
        }

        if (json)
        {
            RegistryOptions.Print(
                new
                {
                    Name = name,
                    notes.Description,
                    notes.Tags,
                    state.Aliases,
                    state.Uses,
                    Versions = versions,
                    History = history
                });
            return;
        }

        Console.WriteLine($"{name}  {notes.Description}".TrimEnd());
        RegistryOptions.PrintTable(
            ["VERSION", "REGISTERED", "BY", "ALIASES", "PACKAGE"], versions.Select(version => new[]
        {
            $"{version.Version}", $"{version.CreatedAt:yyyy-MM-dd HH:mm}", version.Actor,
            string.Join(' ', state.Aliases.Where(pair => pair.Value == version.Version).Select(pair => pair.Key)),
            version.Package[..12],
        }));
        Console.WriteLine();
        RegistryOptions.PrintTable(["#", "WHEN", "WHAT", "FROM", "TO", "WHO", "WHY"], history.Select(entry => new[]
        {
            $"{entry.Sequence}", $"{entry.At:yyyy-MM-dd HH:mm:ss}", $"{entry.Kind} {entry.Subject}", $"{entry.From}",
            $"{entry.To}", entry.Actor, entry.Reason,
        }));
    }
}
