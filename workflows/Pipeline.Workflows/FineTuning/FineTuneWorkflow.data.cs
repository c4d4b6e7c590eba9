using Pipeline.Workflows.Approvals;
using Pipeline.Workflows.Contracts;
using Temporalio.Exceptions;
using Temporalio.Workflows;

namespace Pipeline.Workflows.FineTuning;

/// <content>The stages up to the training set.</content>
public sealed partial class FineTuneWorkflow
{
    private Task<RunContext> PrepareAsync() => _stages.RunAsync(
        StageNames.Validate,
        async () =>
        {
            var order = new PrepareRunInput(_input, Workflow.Info.WorkflowId);
            var run = await Workflow.ExecuteActivityAsync(
                (IRunActivities a) => a.PrepareRunAsync(order),
                Stoppable(ActivityPolicies.Quick("check what the input names")));
            _report = _report with { Notes = run.Notes };
            Remember("base-model", run.BaseModel, _input.BaseModel);
            Remember("code", run.CodeVersion, "");
            return run;
        },
        run => new StageSummary { Text = $"base model {_input.BaseModel}, licence {run.BaseLicence}" });

    private Task<DataStageResult> IngestAsync()
    {
        var order = new IngestInput(_input.Data, _input.Dataset.Task);
        return DataStageAsync(
            StageNames.Ingest,
            () =>
                LongWork.RunAsync((IDataActivities a) => a.IngestAsync(order),
                    Stoppable(ActivityPolicies.Data(_input.Data.Source))));
    }

    private Task<DataStageResult> HoldOutAsync(DataStageResult raw)
    {
        var order = Order(raw);
        return DataStageAsync(
            StageNames.HoldOut,
            () =>
                LongWork.RunAsync((IDataActivities a) => a.HoldOutAsync(order),
                    Stoppable(ActivityPolicies.Data("hold test rows out before any cleaning"))));
    }

    private Task<DataStageResult> SanitizeAsync(DataStageResult rows)
    {
        var order = Order(rows) with { HeldOut = rows.Second };
        return DataStageAsync(
            StageNames.Sanitize,
            () =>
                LongWork.RunAsync((IDataActivities a) => a.SanitizeAsync(order),
                    Stoppable(ActivityPolicies.Data("clean texts, take personal data out"))));
    }

    private Task<DataStageResult> DedupAsync(DataStageResult rows)
    {
        var order = Order(rows) with { HeldOut = rows.Second };
        return DataStageAsync(
            StageNames.Dedup,
            () =>
                LongWork.RunAsync((IDataActivities a) => a.DedupAsync(order),
                    Stoppable(ActivityPolicies.Data("remove exact and near-duplicates"))));
    }

    private Task<DataStageResult> DecontaminateAsync(DataStageResult rows)
    {
        var order = Order(rows) with { Benchmarks = _input.Evaluate.Benchmarks };
        return DataStageAsync(
            StageNames.Decontaminate,
            () =>
                LongWork.RunAsync((IDataActivities a) => a.DecontaminateAsync(order),
                    Stoppable(ActivityPolicies.Data("remove what benchmarks ask"))));
    }

    private Task<DatasetResult> BuildDatasetAsync(
        RunContext run, DataStageResult rows, ArtifactRef? heldOut) => _stages.RunAsync(
        StageNames.Dataset,
        async () =>
        {
            var order = new BuildDatasetInput
            {
                Rows = rows.Rows,
                HeldOut = heldOut
                    ?? throw new ApplicationFailureException(
                        "no rows were held out", ErrorTypes.BadData, nonRetryable: true),
                BaseModel = run.BaseModel,
                Dataset = _input.Dataset,
                Seed = _input.Data.Seed,
                ReviewRows = _input.Review.Rows,
                Corrections = [.. _corrections],
            };
            var built = await LongWork.RunAsync(
                (IDatasetActivities a) => a.BuildDatasetAsync(order),
                Stoppable(ActivityPolicies.Data("tokens with proven labels")));
            Remember("dataset", built.Dataset, built.Summary.Text);
            Workflow.UpsertTypedSearchAttributes(SearchAttributes.Dataset.ValueSet(built.Dataset.Sha256));
            return built;
        },
        built => built.Summary);

    private Task<Decision> ReviewAsync(RunContext run, DatasetResult dataset) => _stages.RunAsync(
        StageNames.Review,
        async () =>
        {
            var order = new DrawReviewInput(dataset.Dataset, _input.Review.Rows, _input.Data.Seed);
            var sample = await Workflow.ExecuteActivityAsync(
                (IDatasetActivities a) => a.DrawReviewSampleAsync(order),
                Stoppable(ActivityPolicies.Quick($"draw {order.Rows} rows")));
            Remember("review-sample", sample.Sample, $"{sample.Rows} rows");
            _sample = sample.Sample;
            if (_input.Review.WaivedBecause.Length > 0)
            {
                return Waived(ApprovalRequest.Review, sample.Sample.Sha256, _input.Review.WaivedBecause);
            }

            var decision = await AskAsync(
                StageNames.Review,
                Request(run, ApprovalRequest.Review, sample.Sample.Sha256, 1, _input.Review.RejectAfter));
            return decision.Verdict == "approved"
                ? decision
                : throw new ApplicationFailureException(
                    $"rows {decision.Verdict} by {decision.By}: {decision.Reason}; change the data and retry from an "
                        + "earlier stage", ErrorTypes.ReviewRejected, nonRetryable: true);
        },
        decision => new StageSummary { Text = $"{decision.Verdict} by {decision.By}: {decision.Reason}" },
        () => Waived(ApprovalRequest.Review, dataset.Dataset.Sha256, "skipped by an operator"));

    private Task<PreflightResult> TryPromptsAsync(RunContext run, DatasetResult dataset) => _stages.RunAsync(
        StageNames.Preflight,
        async () =>
        {
            var baselines = new BaselineInput(dataset.Dataset);
            var simple = await LongWork.RunAsync(
                (IEvaluationActivities a) => a.CompareBaselinesAsync(baselines),
                Stoppable(ActivityPolicies.Data("what needs no language model")));
            _report = _report with { Baselines = simple.Arms };
            if (_input.Preflight.Rows == 0)
            {
                return NoPreflight("left out by the input");
            }

            var order = new PreflightInput(run.BaseModel, dataset.Dataset, _input.Preflight);
            var tried = await LongWork.RunAsync(
                (IEvaluationActivities a) => a.TryPromptsAsync(order),
                Stoppable(
                    ActivityPolicies.Gpu(
                        $"prompts alone on {order.Preflight.Rows} rows", _input.Tenant, _input.Priority)));
            _report = _report with { PromptAccuracy = tried.Accuracy };
            return Advise(tried);
        },
        tried => tried.Summary,
        () => NoPreflight("skipped by an operator"));

    // Fine-tuning pays where prompts come near the goal without reaching it; going on against the advice needs a
    // reason.
    private PreflightResult Advise(PreflightResult tried)
    {
        var options = _input.Preflight;
        var advice = tried.Accuracy >= options.PromptSuffices
            ? $"a prompt alone reaches {tried.Accuracy:P1}; a fine-tune may not be worth its cost"
            : tried.Accuracy < options.BaseUnfit
            ? $"the best prompt reaches {tried.Accuracy:P1}; the base may be unfit for the task" : "";
        if (advice.Length > 0 && options.OverrideBecause.Length == 0)
        {
            throw new ApplicationFailureException(
                $"{advice}; set preflight.overrideBecause to go on, skip the stage, or abort",
                ErrorTypes.PromptSuffices, nonRetryable: true);
        }

        var text = advice.Length == 0
            ? $"the best prompt reaches {tried.Accuracy:P1}" : $"{advice}; overridden: {options.OverrideBecause}";
        return tried with { Summary = tried.Summary with { Text = text } };
    }

    private DataStageInput Order(DataStageResult rows) => new() { Rows = rows.Rows, Data = _input.Data };

    private Task<DataStageResult> DataStageAsync(string stage, Func<Task<DataStageResult>> work) => _stages.RunAsync(
        stage,
        async () =>
        {
            var result = await work();
            Remember(stage, result.Rows, result.Summary.Text);
            if (result.Second is { } second && stage is StageNames.HoldOut or StageNames.Sanitize)
            {
                Remember($"{stage}-test-rows", second,
                    stage == StageNames.HoldOut ? "drawn from raw rows, as they came" : "the same rows, clean");
            }

            return result;
        },
        result => result.Summary);

    private static PreflightResult NoPreflight(string reason) => new(double.NaN, 0, new StageSummary { Text = reason });

    private static Decision Waived(string gate, string digest, string reason) => new()
    {
        Gate = gate,
        Digest = digest,
        Verdict = "waived",
        By = "input",
        Reason = reason,
        At = Workflow.UtcNow,
    };
}
