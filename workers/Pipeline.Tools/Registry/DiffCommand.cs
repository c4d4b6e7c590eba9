using System.CommandLine;
using Pipeline.Registry.Lineage;
using Pipeline.Registry.Models;

namespace Pipeline.Tools.Registry;

/// <summary><c>registry diff</c>: what differs between two versions: fields, files and what they rest on.</summary>
internal static class DiffCommand
{
    public static Command Create()
    {
        var one = new Argument<string>("one") { Description = "address of the first version" };
        var other = new Argument<string>("other") { Description = "address of the second version" };
        var command = new Command("diff", "What differs between two versions.") { one, other };
        RegistryCommand.Run(command, async (parsed, registry, cancellation) =>
        {
            var left = await FactsAsync(registry, parsed.GetRequiredValue(one), cancellation);
            var right = await FactsAsync(registry, parsed.GetRequiredValue(other), cancellation);
            var rows = left.Keys.Union(right.Keys, StringComparer.Ordinal).Order(StringComparer.Ordinal)
                .Select(name =>
                    (Name: name, Left: left.GetValueOrDefault(name, "-"), Right: right.GetValueOrDefault(name, "-")))
                .Where(row => row.Left != row.Right)
                .ToList();
            if (parsed.GetValue(Answer.Json))
            {
                RegistryOptions.Print(rows.Select(row => new { row.Name, row.Left, row.Right }));
            }
            else if (rows.Count == 0)
            {
                Console.WriteLine("no difference");
            }
            else
            {
                RegistryOptions.PrintTable(
                    ["WHAT", parsed.GetRequiredValue(one), parsed.GetRequiredValue(other)],
                    rows.Select(row => new[] { row.Name, row.Left, row.Right }));
            }
        });
        return command;
    }

    private static async Task<Dictionary<string, string>> FactsAsync(
        ModelRegistry registry, string text, CancellationToken cancellation)
    {
        var version = await registry.ResolveAsync(text, cancellation);
        var facts = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["base"] = $"{version.Base.Id} {version.Base.Revision} {version.Base.Digest[..12]}",
            ["description"] = version.Description,
            ["licence"] = version.Licence,
        };
        foreach (var file in (await registry.Artifacts.FindAsync(
            version.PackageKind, version.Package, cancellation))?.Files ?? [])
        {
            facts[$"file {file.Name}"] = file.Sha256[..12];
        }

        var graph = await registry.LineageAsync(version.Address, cancellation);
        foreach (var kind in graph.Nodes.Values.Where(
            node => node.Kind is not (LineageKind.Version or LineageKind.Package)).GroupBy(node => node.Kind))
        {
            facts[$"lineage {LineageNode.KindName(kind.Key)}"] =
                string.Join("; ", kind.Select(node => node.Label).Order(StringComparer.Ordinal));
        }

        return facts;
    }
}
