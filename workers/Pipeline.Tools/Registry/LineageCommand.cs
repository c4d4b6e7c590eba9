using System.CommandLine;
using System.Text;
using Pipeline.Registry.Lineage;
using Pipeline.Registry.Models;

namespace Pipeline.Tools.Registry;

/// <summary><c>registry lineage</c>: everything that a version rests on, as text, JSON or an HTML page.</summary>
internal static class LineageCommand
{
    public static Command Create()
    {
        var target = new Argument<string>("address") { Description = "name@alias, name@3 or models:/name/3" };
        var html = new Option<FileInfo?>("--html") { Description = "write a self-contained page to this file" };
        var command =
            new Command("lineage", "From a version back to raw data, code, evidence and approvals.") { target, html };
        RegistryCommand.Run(command, async (parsed, registry, cancellation) =>
        {
            var address = ModelAddress.Parse(parsed.GetRequiredValue(target));
            var graph = await registry.LineageAsync(address, cancellation);
            if (parsed.GetValue(html) is { } file)
            {
                var history = await registry.HistoryAsync(address.Name, cancellation);
                await File.WriteAllTextAsync(
                    file.FullName, LineagePage.Render(address.ToString(), graph, history), cancellation);
                Answer.Write(parsed, new { page = file.FullName }, file.FullName);
            }
            else if (parsed.GetValue(Answer.Json))
            {
                Console.WriteLine(Encoding.UTF8.GetString(graph.ToJson()));
            }
            else
            {
                Print(graph);
            }
        });
        return command;
    }

    private static void Print(LineageGraph graph)
    {
        RegistryOptions.PrintTable(["KIND", "WHAT", "ARTEFACT", "RUN"], graph.Nodes.Values.Select(node => new[]
        {
            LineageNode.KindName(node.Kind), node.Label, node.Artifact.Length > 12
                ? node.Artifact[..12] : node.Artifact, node.Run,
        }));
        if (graph.Missing.Count > 0)
        {
            Console.WriteLine($"\nnot recorded: {string.Join(", ", graph.Missing.Select(LineageNode.KindName))}");
        }
    }
}
