using System.CommandLine;
using Pipeline.Hosting.Native;
using Pipeline.Tools;
using Pipeline.Tools.Data;
using Pipeline.Tools.Registry;
using Pipeline.Tools.Evaluate;
using Pipeline.Tools.Models;
using Pipeline.Tools.Text;
using Pipeline.Tools.Train;

// Verbs that work on files and tensors without an engine. `./pipeline VERB` hands over to this executable.
ShortWaits.Enable();
var root =
    new RootCommand("Pipeline tools: data, text, training and evaluation on local files or S3, without an engine.");
root.Subcommands.Add(DataCommand.Create());
root.Subcommands.Add(RegistryCommand.Create());
root.Subcommands.Add(DatasetCommand.Create());
root.Subcommands.Add(InspectCommand.Create());
root.Subcommands.Add(MergeCommand.Create());
root.Subcommands.Add(TokenizeCommand.Create());
root.Subcommands.Add(TrainCommand.Create());
root.Subcommands.Add(EvalCommand.Create());
root.Subcommands.Add(JudgeCommand.Create());
root.Subcommands.Add(SpeedCommand.Create());
root.Subcommands.Add(GateCommand.Create());
root.Subcommands.Add(Pipeline.Tools.Evaluate.ReportCommand.Create());

return await CommandRunner.RunAsync(root, args);
