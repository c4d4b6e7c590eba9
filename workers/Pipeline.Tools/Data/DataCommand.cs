using System.CommandLine;

namespace Pipeline.Tools.Data;

/// <summary>The verb <c>data</c>: the data stages on local files, without an engine.</summary>
public static class DataCommand
{
    /// <summary>Builds the verb with its stages.</summary>
    /// <returns>A command to add to the root.</returns>
    public static Command Create()
    {
        var command = new Command("data", "Ingest, clean, deduplicate, decontaminate and split local data.");
        command.Subcommands.Add(DebianCommand.Create());
        command.Subcommands.Add(IngestCommand.Create());
        command.Subcommands.Add(LabelCommand.Create());
        command.Subcommands.Add(QualityCommand.Create());
        command.Subcommands.Add(ReportCommand.Create());
        foreach (var stage in StageCommands.All())
        {
            command.Subcommands.Add(stage);
        }

        return command;
    }
}
