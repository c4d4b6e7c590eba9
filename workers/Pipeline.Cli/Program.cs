using System.CommandLine;
using Pipeline.Cli;
using Pipeline.Cli.Commands;

// What is behind ./pipeline once the machine can build. Verbs on files and tensors go to the tools executable.
var root = new RootCommand("Pipeline: fine-tune, evaluate, gate and serve language models on durable workflows.");
root.Options.Add(CommonOptions.Config);
root.Options.Add(CommonOptions.Set);
root.Options.Add(CommonOptions.NoInstall);
root.Options.Add(CommonOptions.Json);
root.Subcommands.Add(BenchCommand.Create());
root.Subcommands.Add(ConfigCommand.Create());
root.Subcommands.Add(RunCommand.Create());
root.Subcommands.Add(ScheduleCommands.Create());
root.Subcommands.Add(TestCommand.Create());
foreach (var command in ServiceCommands.All().Concat(StatusCommands.All()).Concat(DecisionCommands.All())
    .Concat(TriggerCommands.All()))
{
    root.Subcommands.Add(command);
}

return ToolsCommand.Handles(args) ? await ToolsCommand.RunAsync(args) : await CommandLine.RunAsync(root, args);
