using System.CommandLine;
using Pipeline.Data.Building;
using Pipeline.Data.Labels;
using Pipeline.Tools.Data;

namespace Pipeline.Tools.Text;

/// <summary><c>dataset build|inspect|show|convert|schema</c>: from rows to token shards with proven labels.</summary>
internal static class DatasetCommand
{
    private static readonly Option<string?> Model = new("--model", "-m")
    {
        Description = "model directory with tokenizer and chat template",
    };
    private static readonly Option<TrainOn> Learned = new("--train-on")
    {
        Description = "what is learned: roles (assistant turns), last, turn (turns with a weight), all, completion",
        DefaultValueFactory = _ => TrainOn.Roles,
    };

    public static Command Create() =>
        new("dataset", "Build training datasets and look into them.") { Build(), Inspect(), Show(),
            FormatCommands.Convert(), FormatCommands.Schema() };

    private static Command Build()
    {
        var inputs = new Argument<string[]>("inputs")
        {
            Description = "a recipe (one .json file with \"sources\"), or files with rows",
            Arity = ArgumentArity.OneOrMore,
        };
        var output = new Option<string>("--out") { Description = "folder to write", Required = true };
        var replay = new Option<string[]>("--replay")
        {
            Description = "file with general-domain rehearsal rows; repeatable",
        };
        var share = new Option<double>("--replay-share")
        {
            Description = "share of rehearsal among all rows",
            DefaultValueFactory = _ => 0.07,
        };
        var length = new Option<int?>("--max-length") { Description = "longest row in tokens" };
        var over = new Option<OverLength>("--over-length")
        {
            Description = "what happens to longer rows: drop, keepStart, keepEnd, raise",
        };
        var seed = new Option<long>("--seed")
        {
            Description = "seed of samples and order",
            DefaultValueFactory = _ => 1,
        };
        var best = new Option<double?>("--keep-best")
        {
            Description = "share of the task rows to keep, best first by their text",
        };
        var validation = new Option<double>("--validation") { Description = "share of the rows for a validation part" };
        var test = new Option<double>("--test") { Description = "share of the rows for a test part" };
        var stratify = new Option<string?>("--stratify")
        {
            Description = "field whose values the parts hold in proportion",
        };
        var clusters = new Option<string[]>("--clusters")
        {
            Description = "removed.jsonl of the dedup stage: near-duplicates stay in one part; repeatable",
        };
        var command = new Command("build", "Tokenize, label, prove, mix and shuffle rows into shards.")
            { inputs, output, Model, replay, share, length, over, Learned, seed, best, validation, test, stratify,
                clusters };
        command.SetAction((parsed, cancellationToken) =>
        {
            var given = parsed.GetRequiredValue(inputs);
            var recipe = given is [var single] && parsed.GetValue(Model) is null
                && single.EndsWith(".json", StringComparison.OrdinalIgnoreCase)
                ? DatasetRecipe.Load(single)
                : new DatasetRecipe(Path.GetFileNameWithoutExtension(given[0]), RequireModel(parsed),
                    [.. Sources(given, replay: false), .. Sources(parsed.GetValue(replay) ?? [], replay: true)])
                {
                    Labels = new LabelOptions
                    {
                        MaxLength = parsed.GetValue(length),
                        OverLength = parsed.GetValue(over),
                        TrainOn = parsed.GetValue(Learned),
                    },
                    ReplayShare = parsed.GetValue(share),
                    Seed = parsed.GetValue(seed),
                    KeepBest = parsed.GetValue(best),
                    Split = parsed.GetValue(validation) + parsed.GetValue(test) > 0
                        ? new DatasetSplit
                        {
                            Validation = parsed.GetValue(validation),
                            Test = parsed.GetValue(test),
                            StratifyBy = parsed.GetValue(stratify),
                            Clusters = parsed.GetValue(clusters) ?? [],
                        }
                        : null,
                };
            var index = Run(recipe, parsed.GetRequiredValue(output), cancellationToken);
            if (index.WasCached) Console.Error.WriteLine("nothing changed: this version is in place");
            DatasetOutput.Write(index, parsed.GetValue(Answer.Json));
            return Task.FromResult(0);
        });
        return command;
    }

    private static DatasetIndex Run(DatasetRecipe recipe, string folder, CancellationToken cancellationToken)
    {
        using var progress = new ProgressLine();
        try
        {
            return new DatasetBuilder { Progress = progress }.Build(recipe, folder, cancellationToken);
        }
        catch (OperationCanceledException exception)
        {
            throw new OperationCanceledException(
                $"stopped; {folder} holds no finished dataset. Start the same command again: it begins anew",
                exception);
        }
    }

    private static Command Inspect()
    {
        var folder = new Argument<string>("folder") { Description = "folder of a dataset" };
        var verify = new Option<bool>("--verify") { Description = "compare the digest of every file with the index" };
        var command = new Command(
            "inspect", "What is in a dataset: counts, lengths, sources, checks.") { folder, verify };
        command.SetAction(parsed =>
        {
            using var dataset = SftDataset.Open(parsed.GetRequiredValue(folder));
            if (parsed.GetValue(verify)) dataset.Verify();
            DatasetOutput.Write(dataset.Index, parsed.GetValue(Answer.Json));
            return 0;
        });
        return command;
    }

    private static Command Show()
    {
        var source = new Argument<string>("source")
        {
            Description = "folder of a dataset, or a file with rows, which are labelled as build would",
        };
        var row = new Option<long>("--row") { Description = "first row, from 0" };
        var count = new Option<int>("--count") { Description = "number of rows", DefaultValueFactory = _ => 3 };
        var color = new Option<bool>("--color") { Description = "colours also when the output is not a terminal" };
        var command = new Command("show", "Print rows as token(label, id): green is learned, grey is not.") { source,
            Model, row, count, Learned, color };
        command.SetAction(parsed =>
        {
            var reader = new ShownRows(RequireModel(parsed));
            var (path, first, rows) = (parsed.GetRequiredValue(source), parsed.GetValue(row), parsed.GetValue(count));
            List<ShownRow> shown = [.. Directory.Exists(path)
                ? reader.OfDataset(path, first, rows) : reader.OfFile(path, first, rows, parsed.GetValue(Learned))];
            Answer.Document(parsed, shown);
            if (!parsed.GetValue(Answer.Json))
            {
                new RowOutput(parsed.GetValue(color) || !Console.IsOutputRedirected, Console.Out).Write(shown);
            }

            return 0;
        });
        return command;
    }

    private static string RequireModel(ParseResult parsed) =>
        parsed.GetValue(Model) ?? throw new ArgumentException("name the model directory with --model", nameof(parsed));

    private static IEnumerable<DatasetSource> Sources(string[] files, bool replay) =>
        files.Select(file => File.Exists(file)
        ? new DatasetSource(Path.GetFileNameWithoutExtension(file), [file]) { Replay = replay }
        : throw new FileNotFoundException($"E-ING-MISSING  there is no file '{file}'", file));
}
