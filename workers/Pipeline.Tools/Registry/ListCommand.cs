using System.CommandLine;
using Pipeline.Registry.Models;

namespace Pipeline.Tools.Registry;

/// <summary><c>registry list</c>: models with their aliases, and the base models.</summary>
internal static class ListCommand
{
    public static Command Create()
    {
        var csv = new Option<bool>("--csv") { Description = "print the models as CSV" };
        var command = new Command("list", "Models with versions and aliases, and base models.") { csv };
        RegistryCommand.Run(command, async (parsed, registry, cancellation) =>
        {
            var models = new List<ModelSummary>();
            foreach (var name in await registry.NamesAsync(cancellation))
            {
                var (versions, state) =
                    (await registry.VersionsAsync(name, cancellation), await registry.StateAsync(name, cancellation));
                var notes = await registry.NotesAsync(name, cancellation: cancellation);
                models.Add(
                    new ModelSummary(name, versions.Count, versions.Count == 0 ? 0 : versions[^1].Version,
                        state.Aliases, notes.Description));
            }

            var bases = await registry.Bases.ListAsync(cancellation);
            if (parsed.GetValue(Answer.Json))
            {
                RegistryOptions.Print(new { Store = registry.Location, Models = models, Bases = bases });
            }
            else if (parsed.GetValue(csv))
            {
                string[][] rows = [["name", "versions", "latest", "aliases", "description"], .. models.Select(Cells)];
                Console.Write(string.Concat(rows.Select(row => string.Join(',', row.Select(CsvText.Quote)) + "\r\n")));
            }
            else
            {
                Print(models, bases);
            }
        });
        return command;
    }

    private static string[] Cells(ModelSummary model) =>
        [model.Name, $"{model.Versions}", $"{model.Latest}",
            string.Join(' ', model.Aliases.Select(pair => $"{pair.Key}={pair.Value}")), model.Description];

    private static void Print(List<ModelSummary> models, IReadOnlyList<BaseModel> bases)
    {
        RegistryOptions.PrintTable(["MODEL", "VERSIONS", "LATEST", "ALIASES", "DESCRIPTION"], models.Select(Cells));
        Console.WriteLine();
        RegistryOptions.PrintTable(
            ["BASE", "REVISION", "ARCHITECTURE", "DTYPE", "PARAMETERS", "CONTEXT", "LICENCE"],
            bases.Select(model => new[]
            {
                model.Id, model.Revision, model.Architecture, model.DType, $"{model.Parameters:N0}",
                $"{model.ContextLength}", model.Licence,
            }));
    }

    private sealed record ModelSummary(
        string Name, int Versions, int Latest, SortedDictionary<string, int> Aliases, string Description);
}
