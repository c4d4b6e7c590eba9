using Pipeline.Activities.Running;
using Pipeline.Data.Decontamination;
using Pipeline.Data.Dedup;
using Pipeline.Data.Sanitization;
using Pipeline.Data.Splits;
using Pipeline.Data.Stages;
using Pipeline.Workflows.Contracts;
using Pipeline.Workflows.Inputs;
using Temporalio.Activities;

namespace Pipeline.Activities.Data;

/// <summary>The data stages as activities.</summary>
/// <param name="work">Cache, folders, fence.</param>
/// <param name="sources">Where raw data comes from.</param>
/// <param name="benchmarks">Benchmarks that the worker knows.</param>
public sealed class DataActivities(StageWork work, DataSources sources, Benchmarks benchmarks) : IDataActivities
{
    private const string KindOfRows = "rows";

    // Rows as they came: nothing that is read by people, models or gateways is made from these kinds before they are
    // sanitized.
    private const string KindOfRawRows = "raw-rows";
    private const string KindOfRawTestRows = "raw-held-out-rows";
    private const string KindOfTestRows = "held-out-rows";

    /// <inheritdoc/>
    [Activity]
    public async Task<DataStageResult> IngestAsync(IngestInput input)
    {
        ArgumentNullException.ThrowIfNull(input);
        var data = input.Data;
        using var pulse = new ActivityPulse();
        pulse.Report(new ActivityProgress("ingest", 0, 0, $"bringing {data.Source}"));
        var source = await sources.OpenAsync(data, pulse.Stop);
        var result = await RunAsync("ingest", new { source.Digest, data.MaxRows, data.Seed }, async run =>
        {
            var folder = run.Artifacts.WorkFolder(run.Key);
            var rows = await source.WriteAsync(folder, Progress(run), run.Stop);
            return new DataStageResult
            {
                Rows = await run.CommitAsync(KindOfRawRows, folder),
                Second = source.Raw,
                Summary = Describe(rows),
            };
        });
        RowFields.Check(
            Path.Combine(await work.Artifacts.OpenAsync(result.Rows, pulse.Stop), "rows.jsonl"), data, input.Task);
        return result;
    }

    /// <inheritdoc/>
    [Activity]
    public async Task<DataStageResult> HoldOutAsync(DataStageInput input)
    {
        ArgumentNullException.ThrowIfNull(input);
        var data = input.Data;
        using (var pulse = new ActivityPulse())
        {
            // A finished draw is not used either when the data that it was drawn from is another now.
            await sources.EnsureUnchangedAsync(
                data, await work.Artifacts.OpenAsync(input.Rows, pulse.Stop), pulse.Stop);
        }

        return await RunAsync("holdout", new { input.Rows, data.HoldOut, data.Seed, data.StratifyBy }, async run =>
        {
            var rows = await RowsOfAsync(run, input.Rows);
            var both = run.Artifacts.NewFolder();
            var options = new HoldoutOptions
            {
                Fraction = data.HoldOut,
                Seed = data.Seed,
                StratifyBy = data.StratifyBy.Length == 0
                    ? null : data.StratifyBy,
            };
            var summary = await new HoldoutStage(options).RunAsync([rows], both, Progress(run), run.Stop);
            var held = run.Artifacts.NewFolder();
            File.Move(Path.Combine(both, "test.jsonl"), Path.Combine(held, "rows.jsonl"));
            File.Move(Path.Combine(both, "train.jsonl"), Path.Combine(both, "rows.jsonl"));
            return new DataStageResult
            {
                Rows = await run.CommitAsync(KindOfRawRows, both),
                Second = await run.CommitAsync(KindOfRawTestRows, held),
                Summary = new StageSummary
                {
                    Text = $"{summary.HeldOut:N0} of {summary.Rows.In:N0} rows held out before any cleaning",
                    Counts = new Dictionary<string, double>(StringComparer.Ordinal)
                    {
                        ["in"] = summary.Rows.In,
                        ["out"] = summary.Rows.Out,
                        ["removed.heldOut"] = summary.HeldOut,
                    },
                },
            };
        });
    }

    /// <inheritdoc/>
    [Activity]
    public Task<DataStageResult> SanitizeAsync(DataStageInput input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return RunAsync("sanitize", new { input.Rows, input.HeldOut, input.Data.Pii }, async run =>
        {
            var options = new SanitizeOptions { Mode = Enum.Parse<PiiMode>(input.Data.Pii, ignoreCase: true) };
            var (rows, summary) = await SanitizeAsync(run, KindOfRows, input.Rows, options);
            var result = Describe(summary.Rows);
            result = result with
            {
                Text = $"{result.Text}{Found(input.Data.Pii, summary)}",
                Counts = new Dictionary<string, double>(
                    [.. result.Counts,
                        .. summary.PiiSpans.Select(
                            kind => KeyValuePair.Create($"pii.{kind.Key}", (double)kind.Value))]),
            };
            if (input.HeldOut is not { } heldOut)
            {
                return new DataStageResult { Rows = rows, Summary = result };
            }

            // Who is a test row was decided before, so cleaning must not change it: what would remove a row is
            // replaced.
            var (test, cleaned) = await SanitizeAsync(run, KindOfTestRows, heldOut, options with { KeepRows = true });
            RequireAll(cleaned.Rows);
            return new DataStageResult
            {
                Rows = rows,
                Second = test,
                Summary = result with
                {
                    Text = $"{result.Text}; all {cleaned.Rows.Out:N0} test rows kept{Found(input.Data.Pii, cleaned)}",
                    Counts = new Dictionary<string, double>(
                        [.. result.Counts, new("test.in", cleaned.Rows.In), new("test.out", cleaned.Rows.Out),
                            .. cleaned.PiiSpans.Select(
                                kind => KeyValuePair.Create($"test.pii.{kind.Key}", (double)kind.Value))]),
                },
            };
        });
    }

    /// <inheritdoc/>
    [Activity]
    public Task<DataStageResult> DedupAsync(DataStageInput input)
    {
        ArgumentNullException.ThrowIfNull(input);
        var dependsOn = new { input.Rows, input.HeldOut, input.Data.DedupThreshold, input.Data.TextFields };
        return RunAsync("dedup", dependsOn, async run =>
        {
            var folder = run.Artifacts.NewFolder();
            var options = new DedupOptions
            {
                Threshold = input.Data.DedupThreshold,
                Bands = LshBands.Finding(input.Data.DedupThreshold),
                Fields = FieldsOf(input.Data),
                Workers = Environment.ProcessorCount,
            };
            if (input.HeldOut is { } heldOut)
            {
                options = options with { HistorySegments = [await IndexAsync(run, heldOut, options)] };
            }

            var summary = await new DedupStage(options)
                .RunAsync([await RowsOfAsync(run, input.Rows)], folder, Progress(run), run.Stop);
            summary.Rows.Rename("history", "held-out");
            var told = Describe(summary.Rows, SetAside.WhyOf(folder));
            return new DataStageResult { Rows = await run.CommitAsync(KindOfRows, folder), Summary = told };
        });
    }

    /// <inheritdoc/>
    [Activity]
    public Task<DataStageResult> DecontaminateAsync(DataStageInput input)
    {
        ArgumentNullException.ThrowIfNull(input);
        var items = input.Benchmarks.SelectMany(benchmarks.Items).ToList();
        var digest = DecontaminationStage.DigestOf(items);
        return RunAsync("decontaminate",
            new { input.Rows, input.Data.DecontaminationNGram, input.Data.TextFields, digest }, async run =>
        {
            var folder = run.Artifacts.NewFolder();
            var options = new DecontaminationOptions
            {
                NGrams = [input.Data.DecontaminationNGram],
                Fields = FieldsOf(input.Data),
            };
            var summary = await new DecontaminationStage(options)
                .RunAsync([await RowsOfAsync(run, input.Rows)], items, folder, Progress(run), run.Stop);
            var result = Describe(summary.Rows, SetAside.WhyOf(folder));
            return new DataStageResult
            {
                Rows = await run.CommitAsync(KindOfRows, folder),
                Summary = result with
                {
                    Text =
                        $"{result.Text}; {items.DistinctBy(item => (item.Task, item.Id)).Count():N0} items of "
                        + $"{string.Join(", ", input.Benchmarks)}, "
                            + $"{summary.SkippedItems} too short"
                },
            };
        });
    }

    // Rows that are like a test row would tell the answer, so no cluster may lie on both sides. All test rows count:
    // of those that say the same, one stands for all.
    private static async Task<string> IndexAsync(StageRun run, ArtifactRef heldOut, DedupOptions options)
    {
        var folder = run.Artifacts.NewFolder();
        await new DedupStage(options with { Threshold = 1, WriteSegment = true })
            .RunAsync([await RowsOfAsync(run, heldOut)], folder, Progress(run), run.Stop);
        var segment = Path.Combine(folder, "held-out.seg");
        File.Move(Path.Combine(folder, "history.seg"), segment);
        return segment;
    }

    private static async Task<(ArtifactRef Rows, SanitizeSummary Summary)> SanitizeAsync(
        StageRun run, string kind, ArtifactRef rows, SanitizeOptions options)
    {
        var folder = run.Artifacts.NewFolder();
        var summary = await new SanitizeStage(options)
            .RunAsync([await RowsOfAsync(run, rows)], folder, Progress(run), run.Stop);
        return (await run.CommitAsync(kind, folder), summary);
    }

    private static string Found(string mode, SanitizeSummary summary) =>
        summary.PiiSpans.Count == 0
            ? "" : $"; {mode}d {string.Join(", ", summary.PiiSpans.Select(kind => $"{kind.Key} {kind.Value:N0}"))}";

    private static void RequireAll(RowAccounting rows)
    {
        if (rows.Out != rows.In)
        {
            throw new InvalidDataException(
                $"{rows.In - rows.Out:N0} of {rows.In:N0} test rows cannot be read and would be lost; correct the "
                    + "source and ingest it again");
        }
    }

    private static async Task<string> RowsOfAsync(StageRun run, ArtifactRef rows) =>
        Path.Combine(await run.OpenAsync(rows), "rows.jsonl");

    private static TextFields FieldsOf(DataOptions data) =>
        data.TextFields.Count == 0 ? TextFields.Default : TextFields.Named([.. data.TextFields]);

    private static Progress<StageProgress> Progress(StageRun run) => new(step =>
        run.Pulse.Report(
            new ActivityProgress($"{step.Stage} {step.Phase}", step.TotalBytes > 0 ? step.Bytes : step.Rows,
                step.TotalBytes, $"{step.Rows:N0} rows")));

    private static StageSummary Describe(RowAccounting rows, string why = "")
    {
        rows.Check("stage");
        var removed = rows.Removed.Select(rule => $"{rule.Key} {rule.Value:N0}").ToList();
        return new StageSummary
        {
            Text = $"{rows.In:N0} → {rows.Out:N0} "
                + $"rows{(removed.Count > 0 ? $"; removed {string.Join(", ", removed)}" : "")}"
                + (rows.Quarantined > 0 ? $"; set aside {rows.Quarantined:N0}{why}" : ""),
            Counts = new Dictionary<string, double>(
                [KeyValuePair.Create("in", (double)rows.In), KeyValuePair.Create("out", (double)rows.Out),
                    KeyValuePair.Create("quarantined", (double)rows.Quarantined),
                    .. rows.Removed.Select(rule => KeyValuePair.Create($"removed.{rule.Key}", (double)rule.Value))],
                    StringComparer.Ordinal),
        };
    }

    private Task<DataStageResult> RunAsync(
        string stage, object dependsOn, Func<StageRun, Task<DataStageResult>> body) => work.RunAsync(
        stage,
        dependsOn,
        result => result.Second is { } second ? [result.Rows, second] : [result.Rows],
        async run =>
        {
            var result = await body(run);
            return result.Summary.Counts.GetValueOrDefault("out") > 0
                ? result
                : throw new InvalidDataException(
                    $"{stage} left no row: {result.Summary.Text}; loosen its options or bring more data");
        },
        (result, cached, time) => result with { Summary = StageWork.Mark(result.Summary, cached, time) });
}
