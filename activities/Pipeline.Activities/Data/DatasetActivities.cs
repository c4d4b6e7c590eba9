using Pipeline.Activities.Running;
using Pipeline.Data.Building;
using Pipeline.Data.Decontamination;
using Pipeline.Data.Formats;
using Pipeline.Data.Labels;
using Pipeline.Workflows.Contracts;
using Pipeline.Workflows.Inputs;
using Temporalio.Activities;

namespace Pipeline.Activities.Data;

/// <summary>The training set and its review sample as activities.</summary>
/// <param name="work">Cache, folders, fence.</param>
/// <param name="paths">Where shipped rehearsal rows lie.</param>
public sealed class DatasetActivities(StageWork work, WorkerPaths paths) : IDatasetActivities
{
    /// <summary>
    /// Name of the file with task rows of the training set as they were written, for worked examples and simple arms.
    /// </summary>
    internal const string Examples = "examples.jsonl";

    /// <summary>Name of the file that says which evaluation sets the rows were kept apart from.</summary>
    internal const string Decontamination = "decontamination.json";

    private const int MostExamples = 20_000;

    /// <inheritdoc/>
    [Activity]
    public Task<DatasetResult> BuildDatasetAsync(BuildDatasetInput input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return work.RunAsync<DatasetResult>(
            "dataset",
            new
            {
                input.Rows,
                input.HeldOut,
                input.BaseModel,
                input.Dataset,
                input.Seed,
                input.ReviewRows,
                input.Corrections,
                builder = DatasetBuilder.CodeVersion,
                MostExamples
            },
            result => [result.Dataset],
            run => BuildAsync(input, run),
            (result, cached, time) => result with { Summary = StageWork.Mark(result.Summary, cached, time) });
    }

    /// <inheritdoc/>
    [Activity]
    public async Task<ReviewSample> DrawReviewSampleAsync(DrawReviewInput input)
    {
        ArgumentNullException.ThrowIfNull(input);
        using var pulse = new ActivityPulse();
        var dataset = await work.Artifacts.OpenAsync(input.Dataset, pulse.Stop);
        var folder = work.Artifacts.NewFolder();
        foreach (var path in Directory.EnumerateFiles(dataset, "review*"))
        {
            File.Copy(path, Path.Combine(folder, Path.GetFileName(path)));
        }

        var rows = Directory.EnumerateFiles(folder, "*.jsonl").Sum(path => File.ReadLines(path).Count());
        var properties = new Dictionary<string, string>(StringComparer.Ordinal) { ["dataset"] = input.Dataset.Sha256 };
        return new ReviewSample(
            await work.Artifacts.CommitAsync("review-sample", folder, properties, null, pulse.Stop), rows);
    }

    private async Task<DatasetResult> BuildAsync(BuildDatasetInput input, StageRun run)
    {
        var (options, folder, scratch) =
            (input.Dataset, run.Artifacts.NewFolder(), Directory.CreateDirectory(run.Artifacts.NewFolder()));
        var corrections = await RowCorrections.OpenAsync(run, input.Corrections);
        var rows = await TaskRowsAsync(
            run, input.Rows, options, Path.Combine(scratch.FullName, "train.jsonl"), options.MaxTrainRows, input.Seed,
            corrections.Apply);
        var test = await TaskRowsAsync(
            run, input.HeldOut, options, Path.Combine(scratch.FullName, "test.jsonl"), options.TestRows, input.Seed,
            row => row);
        var sources = new List<DatasetSource> { new("task", [rows.Path]) { Licence = "see the run" } };
        if (options.RehearsalRows > 0)
        {
            sources.Add(
                new DatasetSource("rehearsal", [RehearsalFile(options)])
                {
                    Format = DataFormat.Parts,
                    Rows = options.RehearsalRows,
                    Replay = true,
                });
        }

        var recipe = new DatasetRecipe("training-set", await run.OpenAsync(input.BaseModel), sources)
        {
            Labels = new LabelOptions { MaxLength = options.MaxTokens },
            Seed = input.Seed,
            ReviewRows = input.ReviewRows,
            ReplayShare = options.RehearsalRows == 0
                ? 0 : (double)options.RehearsalRows / (options.RehearsalRows + rows.Count),
        };
        var builder = new DatasetBuilder
        {
            Progress = new Progress<Pipeline.Data.Stages.StageProgress>(step =>
                run.Pulse.Report(new ActivityProgress("dataset", step.Bytes, step.TotalBytes, $"{step.Rows:N0} rows"))),
        };
        var index = await Task.Run(() => builder.Build(recipe, folder, run.Stop), run.Stop);
        File.Copy(test.Path, Path.Combine(folder, "test.jsonl"));
        await ProveAsync(run, input.Rows, folder);
        await File.WriteAllLinesAsync(
            Path.Combine(folder, Examples), File.ReadLines(rows.Path).Take(MostExamples), run.Stop);
        scratch.Delete(recursive: true);
        return new DatasetResult
        {
            Dataset = await run.CommitAsync("dataset", folder),
            TrainRows = index.Rows,
            TrainTokens = index.Tokens,
            TestRows = test.Count,
            Summary = new StageSummary
            {
                Text = $"{index.Rows:N0} rows, {index.Tokens:N0} tokens, {index.SupervisedTokens:N0} learned; "
                    + $"rehearsal {index.Replay.OfRows:P0}; labels of {index.Audit.Proven:N0} rows proven; "
                    + $"{test.Count:N0} test rows{corrections.Text}",
                Counts = new Dictionary<string, double>(StringComparer.Ordinal)
                {
                    ["rows"] = index.Rows,
                    ["tokens"] = index.Tokens,
                    ["supervisedTokens"] = index.SupervisedTokens,
                },
            },
        };
    }

    // The training asks for the proof, so it goes where the rows go.
    private static async Task ProveAsync(StageRun run, ArtifactRef rows, string folder)
    {
        var summary = Path.Combine(await run.OpenAsync(rows), "summary.json");
        if (DecontaminationSummary.Find(summary) is not null)
        {
            File.Copy(summary, Path.Combine(folder, Decontamination));
        }
    }

    private static async Task<(string Path, int Count)> TaskRowsAsync(
        StageRun run, ArtifactRef rows, DatasetOptions options, string path, int most, long seed,
        Func<string, string> change)
    {
        var source = Path.Combine(await run.OpenAsync(rows), "rows.jsonl");
        var isDebian = options.Task == DebianSectionTask.Name;
        var lines = File.ReadLines(source).Where(line => line.Length > 0)
            .Select(line => (Row: line, Chat: isDebian ? DebianSectionTask.Chat(line) : line));
        var chosen = SeededSample.Take(lines, pair => pair.Chat, most, seed);
        await File.WriteAllLinesAsync(path,
            chosen.Select(pair => change(isDebian ? DebianSectionTask.Named(pair.Chat, pair.Row) : pair.Chat)),
            run.Stop);
        return (path, chosen.Count);
    }

    private string RehearsalFile(DatasetOptions options) => options.Rehearsal == "replay"
        ? Path.Combine(paths.Root, "infra", "sample-data", "replay.jsonl") : options.Rehearsal;
}
