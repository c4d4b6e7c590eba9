using Pipeline.Workflows.Contracts;
using Pipeline.Workflows.Inputs;
using Temporalio.Exceptions;
using Temporalio.Workflows;

namespace Pipeline.Workflows.FineTuning;

/// <summary>One run: from raw data to an adapter that serves all traffic, or to a recorded reason why not.</summary>
/// <remarks>
/// A stage that fails for good parks the run; the updates <c>retryStage</c>, <c>skipStage</c> and <c>abort</c> lead on.
/// </remarks>
[Workflow]
public sealed partial class FineTuneWorkflow
{
    /// <summary>Runs.</summary>
    /// <param name="input">Every field has a default; nothing at all is a complete input.</param>
    /// <returns>How the run ended.</returns>
    [WorkflowRun]
    public async Task<FineTuneResult> RunAsync(FineTuneInput? input = null)
    {
        _input = input ?? new FineTuneInput();
        Require(_input);
        Workflow.UpsertTypedSearchAttributes(
            SearchAttributes.Owner.ValueSet(_input.Owner), SearchAttributes.BaseModel.ValueSet(_input.BaseModel),
            SearchAttributes.Verdict.ValueSet("running"));
        FineTuneResult result;
        try
        {
            result = await TellStoryAsync();
            _undo.Clear();
            await ReleaseGuardAsync();
        }
        catch (AbortException abort)
        {
            await UndoAsync();
            result = End(Verdict.Aborted, abort.Message);
        }
        catch (Exception exception)
            when (TemporalException.IsCanceledException(exception)
                && Workflow.CancellationToken.IsCancellationRequested)
        {
            await UndoAsync();
            End(Verdict.Aborted, "cancelled");
            throw;
        }

        return await ReportAsync(result);
    }

    private static void Require(FineTuneInput input)
    {
        var problems = InputValidator.Check(input);
        if (problems.Count > 0)
        {
            throw new ApplicationFailureException(
                $"{problems.Count} problems in the input:\n- {string.Join("\n- ", problems)}", ErrorTypes.InvalidInput,
                nonRetryable: true, details: [problems]);
        }
    }

    private async Task UndoAsync()
    {
        await _undo.RunAsync();
        await ReleaseGuardAsync();
    }

    // Going back to an earlier stage starts the story again; stages before it have their results already.
    private async Task<FineTuneResult> TellStoryAsync()
    {
        while (true)
        {
            try
            {
                return await StagesAsync();
            }
            catch (RewindException rewind)
            {
                await UndoAsync();
                _stages.Forget(rewind.Stage);
            }
        }
    }

    private async Task<FineTuneResult> StagesAsync()
    {
        var run = await PrepareAsync();

        var raw = await IngestAsync();
        var kept = await HoldOutAsync(raw);
        var clean = await SanitizeAsync(kept);
        var distinct = await DedupAsync(clean);
        var rows = await DecontaminateAsync(distinct);
        // A run that was sanitized by an earlier release has no clean test rows.
        var dataset = await BuildDatasetAsync(run, rows, clean.Second ?? kept.Second);
        await ReviewAsync(run, dataset);
        var preflight = await TryPromptsAsync(run, dataset);

        var training = await TrainAsync(run, dataset);
        var evaluations = await EvaluateAsync(run, dataset, training, preflight);
        var gate = await DecideAsync(evaluations, training);
        if (gate.Verdict == GateVerdict.Fail && !_input.Gate.AskWaiver)
        {
            return End(Verdict.Rejected, $"the gate failed: {Failed(gate)}");
        }

        var decision = await ApproveAsync(run, gate, training);
        if (decision.Verdict is "rejected" or "expired")
        {
            return End(Verdict.Rejected, $"{decision.Verdict} by {decision.By}: {decision.Reason}");
        }

        await CheckParityAsync(run, dataset, training);
        var version = await RegisterAsync(run, dataset, training, evaluations);
        if (!_input.Canary.Deploy)
        {
            return End(Verdict.Registered, $"{version.Id} is registered and not deployed");
        }

        var canary = await CanaryAsync(version, dataset, training);
        if (!canary.Passed)
        {
            await UndoAsync();
            return End(Verdict.RolledBack, $"canary: {canary.Reason}");
        }

        await PromoteAsync(version, training);
        return End(Verdict.Promoted, $"{version.Id} serves all traffic of {_input.Package.Name}");
    }
}
