using System.CommandLine;
using Pipeline.Data.Decontamination;
using Pipeline.Data.Dedup;
using Pipeline.Data.Dedup.Semantic;
using Pipeline.Data.Sanitization;
using Pipeline.Data.Sanitization.Quality;
using Pipeline.Data.Splits;
using Pipeline.Data.Stages;
using Pipeline.Registry.Artifacts;
using Pipeline.Tools.Registry;

namespace Pipeline.Tools.Data;

/// <summary>
/// <c>data clean|dedup|semantic|repeats|decontaminate|holdout|split</c>: one stage each, from JSONL files to an output
/// folder.
/// </summary>
internal static class StageCommands
{
    private static readonly Argument<string[]> Inputs = new("inputs")
    {
        Description = DataInputs.Description,
        Arity = ArgumentArity.OneOrMore,
    };
    private static readonly Option<string> Output = new("--out")
    {
        Description = "folder or s3://BUCKET/PREFIX to write to",
        Required = true,
    };
    private static readonly Option<string[]> Fields = new("--field")
    {
        Description = "text field of the row; repeatable; default: the text fields of the usual training formats",
    };
    private static readonly Option<string?> Stratify = new("--stratify")
    {
        Description = "field of the row to draw from in proportion",
    };
    private static readonly Option<long> Seed = new("--seed")
    {
        Description = "seed of the draw",
        DefaultValueFactory = _ => 1,
    };

    public static IEnumerable<Command> All() =>
        [Clean(), Dedup(), Semantic(), Repeats(), Decontaminate(), Holdout(), Split()];

    private static Command Clean()
    {
        var mode = new Option<string>("--pii")
        {
            Description = "what happens to personal data",
            DefaultValueFactory = _ => "replace",
        };
        mode.AcceptOnlyFromAmong([.. Enum.GetNames<PiiMode>().Select(name => name.ToLowerInvariant())]);
        var key = new Option<string?>("--key-env")
        {
            Description = "name of the environment variable that holds the key of hashes and pseudonyms",
        };
        var limits = new Option<string?>("--limits")
        {
            Description = "also remove rows by the quality heuristics: instruction or web-text",
        };
        limits.AcceptOnlyFromAmong("instruction", "web-text");
        return Stage("clean", "Repair texts and take personal data and secrets out.",
            [mode, key, limits, Fields, .. PiiChoices.All],
            (parsed, inputs, output, progress, cancellationToken) =>
        {
            var how = Enum.Parse<PiiMode>(parsed.GetRequiredValue(mode), ignoreCase: true);
            if (how is PiiMode.Hash or PiiMode.Pseudonym && parsed.GetValue(key) is null)
            {
                throw new ArgumentException(
                    $"--pii {parsed.GetValue(mode)} needs a secret key: put one into an environment variable and name "
                        + "it with --key-env", nameof(parsed));
            }

            var secret = parsed.GetValue(key) is { } name ? Environment.GetEnvironmentVariable(name)
                ?? throw new ArgumentException($"the environment variable {name} is not set", nameof(parsed)) : "";
            var options = new SanitizeOptions
            {
                Mode = how,
                Modes = PiiChoices.Modes(parsed),
                Pii = PiiChoices.Read(parsed),
                Key = System.Text.Encoding.UTF8.GetBytes(secret),
                Quality = parsed.GetValue(limits) switch
                {
                    "web-text" => QualityLimits.WebText,
                    "instruction" =>
                    QualityLimits.Instruction,
                    _ => null
                },
                QualityFields = TextOf(parsed),
            };
            return new SanitizeStage(options).RunAsync(inputs, output, progress, cancellationToken);
        });
    }

    private static Command Dedup()
    {
        var threshold = new Option<double>("--threshold")
        {
            Description = "Jaccard similarity of near-duplicates",
            DefaultValueFactory = _ => 0.8,
        };
        RequireShare(threshold);
        var workers = new Option<int>("--workers") { Description = "threads", DefaultValueFactory = _ => 1 };
        var budget = new Option<int>("--memory-mb")
        {
            Description = "memory for keys before they spill",
            DefaultValueFactory = _ => 256,
        };
        var index = new Option<string?>("--index")
        {
            Description = "compare with, and add to, the index of this name in the object store",
        };
        Option[] options =
            [threshold, workers, budget, index, RegistryOptions.Store, Fields, .. DedupChoices.All];
        return Stage("dedup", "Remove exact and near-duplicates.", options,
            async (parsed, inputs, output, progress, cancellationToken) =>
        {
            var history = parsed.GetValue(index) is { } name
                ? new SegmentSet(RegistryOptions.OpenStore(parsed.GetValue(RegistryOptions.Store)), name) : null;
            var summary = await new DedupStage(DedupChoices.Apply(parsed, new DedupOptions
            {
                Threshold = parsed.GetValue(threshold),
                Workers = parsed.GetValue(workers),
                MemoryBudgetBytes = (long)parsed.GetValue(budget) << 20,
                Fields = TextOf(parsed),
                HistorySegments = history is null
                    ? [] : await history.DownloadAsync(Path.Combine(output, "index"), cancellationToken),
                WriteSegment = history is not null,
            })).RunAsync(inputs, output, progress, cancellationToken);
            if (history is not null)
            {
                await history.AppendAsync(Path.Combine(output, "history.seg"), summary.Key, cancellationToken);
            }

            return summary;
        });
    }

    private static Command Semantic()
    {
        var model = new Option<DirectoryInfo>("--model")
        {
            Description = "folder of the language model that makes the vectors",
            Required = true,
        };
        var threshold = new Option<double>("--threshold")
        {
            Description = "cosine similarity of rows that say the same",
            DefaultValueFactory = _ => 0.95,
        };
        RequireShare(threshold);
        var tokens = new Option<int>("--tokens")
        {
            Description = "tokens of a text that are looked at",
            DefaultValueFactory = _ => 256,
        };
        return Stage("semantic", "Remove rows that say the same in other words.", [model, threshold, tokens, Fields],
            async (parsed, inputs, output, progress, cancellationToken) =>
        {
            using var embedder =
                new ModelEmbedder(parsed.GetRequiredValue(model).FullName, Math.Max(1, parsed.GetValue(tokens)));
            var options = new SemanticDedupOptions { Threshold = parsed.GetValue(threshold), Fields = TextOf(parsed) };
            return await new SemanticDedupStage(options, embedder)
                .RunAsync(inputs, output, progress, cancellationToken);
        });
    }

    private static Command Repeats()
    {
        var words = new Option<int>("--words")
        {
            Description = "fewest words of a passage",
            DefaultValueFactory = _ => 50,
        };
        words.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() < 5)
            {
                result.AddError("--words must be at least 5: shorter passages repeat everywhere");
            }
        });
        return Stage("repeats", "Report passages that stand in more than one place; remove nothing.", [words, Fields],
            (parsed, inputs, output, progress, cancellationToken) =>
            new RepeatStage(new RepeatOptions { Words = parsed.GetValue(words), Fields = TextOf(parsed) })
                .RunAsync(inputs, output, progress, cancellationToken));
    }

    private static Command Decontaminate()
    {
        var against = new Option<FileInfo[]>("--against")
        {
            Description =
                "evaluation set: JSONL with question and answer (or choices) or texts, MMLU's CSV, or a folder of "
                + "them; repeatable",
            Required = true,
        };
        var n = new Option<int[]>("--ngram")
        {
            Description = "words of a shared run that make a hit; repeatable",
            DefaultValueFactory = _ => [13, 8],
        };
        return Stage("decontaminate", "Remove rows that share word runs with evaluation items.", [against, n, Fields],
            (parsed, inputs, output, progress, cancellationToken) =>
        {
            var items = parsed.GetRequiredValue(against).SelectMany(file => EvaluationItems.Read(file.FullName))
                .ToList();
            return new DecontaminationStage(
                new DecontaminationOptions { NGrams = parsed.GetRequiredValue(n), Fields = TextOf(parsed) })
                .RunAsync(inputs, items, output, progress, cancellationToken);
        });
    }

    private static Command Holdout()
    {
        var fraction = new Option<double>("--fraction")
        {
            Description = "share of the raw rows, at least 0.10",
            DefaultValueFactory = _ => 0.10,
        };
        return Stage("holdout", "Hold test rows out of the raw rows.", [fraction, Stratify, Seed],
            (parsed, inputs, output, progress, cancellationToken) =>
            new HoldoutStage(
                new HoldoutOptions
                {
                    Fraction = parsed.GetValue(fraction),
                    Seed = parsed.GetValue(Seed),
                    StratifyBy = parsed.GetValue(Stratify)
                }).RunAsync(inputs, output, progress, cancellationToken));
    }

    private static Command Split()
    {
        var test = new Option<double>("--test")
        {
            Description = "share of the test part",
            DefaultValueFactory = _ => 0.10,
        };
        var validation = new Option<double>("--validation")
        {
            Description = "share of the validation part",
            DefaultValueFactory = _ => 0.05,
        };
        return Stage("split", "Divide rows by near-duplicate cluster.", [test, validation, Stratify, Seed, Fields],
            (parsed, inputs, output, progress, cancellationToken) =>
            new ClusterSplitStage(new ClusterSplitOptions
            {
                Test = parsed.GetValue(test),
                Validation = parsed.GetValue(validation),
                Seed = parsed.GetValue(Seed),
                StratifyBy = parsed.GetValue(Stratify),
                Clusters = new DedupOptions { Fields = TextOf(parsed) },
            }).RunAsync(inputs, output, progress, cancellationToken));
    }

    private static TextFields TextOf(ParseResult parsed) =>
        parsed.GetValue(Fields) is { Length: > 0 } names ? TextFields.Named(names) : TextFields.Default;

    private static void RequireShare(Option<double> option) => option.Validators.Add(result =>
    {
        if (!(result.GetValueOrDefault<double>() is > 0 and <= 1))
        {
            result.AddError($"{option.Name} is a similarity above 0 and at most 1, such as 0.8");
        }
    });

    /// <summary>A verb that reads the rows of files and writes an output folder.</summary>
    public static Command Stage<T>(
        string name, string description, Option[] options,
        Func<ParseResult, string[], string, IProgress<StageProgress>, CancellationToken, Task<T>> run)
    {
        var command = new Command(name, description) { Inputs, Output };
        Array.ForEach(options, command.Options.Add);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var output = new StageOutput(parsed.GetRequiredValue(Output));
            return await DataConsole.RunAsync(parsed, output, "it begins anew", async progress =>
            {
                var inputs = await DataInputs.FindAsync(parsed.GetRequiredValue(Inputs), output, cancellationToken);
                return await run(parsed, inputs, output.Folder, progress, cancellationToken);
            }, cancellationToken);
        });
        return command;
    }
}
