using Pipeline.Workflows.Approvals;
using Pipeline.Workflows.Contracts;
using Pipeline.Workflows.Details;
using Pipeline.Workflows.Inputs;
using Temporalio.Exceptions;
using Temporalio.Workflows;

namespace Pipeline.Workflows.FineTuning;

/// <content>State, what people may send, and what they see.</content>
public sealed partial class FineTuneWorkflow
{
    private const int KeptProgress = 60;
    private readonly StageBoard _board = new();
    private readonly StageRunner _stages;
    private readonly ApprovalDesk _desk;
    private readonly Compensations _undo = new();
    private readonly List<LineageEdge> _lineage = [];
    private readonly List<TrainingProgress> _progress = [];
    private readonly CancellationTokenSource _stop =
        CancellationTokenSource.CreateLinkedTokenSource(Workflow.CancellationToken);
    private readonly List<RowCorrection> _corrections = [];
    private ArtifactRef? _sample;
    private FineTuneInput _input = new();
    private RunReport _report = new();
    private DateTime _evidenceAt;
    private int _rounds;
    private int _canaryStep;
    private string _shownStage = "";
    private string _shownState = "";

    /// <summary>Creates the run's state.</summary>
    public FineTuneWorkflow()
    {
        _stages = new StageRunner(_board, Show);
        _desk = new ApprovalDesk(Show);
    }

    /// <summary>Stages with their states and times.</summary>
    [WorkflowQuery("status")]
    public IReadOnlyList<StageStatus> Status => _board.Stages;

    /// <summary>Everything that the run knows about itself.</summary>
    [WorkflowQuery("report")]
    public RunReport Report => Snapshot();

    /// <summary>Where everything comes from, in order.</summary>
    [WorkflowQuery("lineage")]
    public IReadOnlyList<LineageEdge> Lineage => _lineage;

    /// <summary>What is awaited from people, or null.</summary>
    [WorkflowQuery("awaited")]
    public ApprovalRequest? Awaited => _desk.Open;

    /// <summary>Hears about the training; a bounded number of times.</summary>
    /// <param name="progress">Step, loss, speed.</param>
    /// <returns>A completed task.</returns>
    [WorkflowSignal("trainingProgress")]
    public Task TrainingProgressAsync(TrainingProgress progress)
    {
        _progress.Add(progress);
        _progress.RemoveRange(0, Math.Max(0, _progress.Count - KeptProgress));
        Show();
        return Task.CompletedTask;
    }

    /// <summary>Runs a parked stage again, or goes back to an earlier one.</summary>
    /// <param name="input">Stage and changed fields.</param>
    /// <returns>What happens now.</returns>
    [WorkflowUpdate("retryStage")]
    public Task<string> RetryStageAsync(RetryStageInput input)
    {
        if (input.ChangedParameters is { } change)
        {
            _input = InputChange.Apply(_input, change);
        }

        var stage = input.Stage.Length > 0 ? input.Stage : _board.Current;
        _stages.Retry(stage);
        return Task.FromResult($"{stage} runs again");
    }

    /// <summary>Refuses a retry that cannot work.</summary>
    /// <param name="input">Stage and changed fields.</param>
    [WorkflowUpdateValidator(nameof(RetryStageAsync))]
    public void ValidateRetryStage(RetryStageInput input)
    {
        var parked = _board.Parked ?? throw Refuse("no stage is parked");
        var stage = input?.Stage is { Length: > 0 } named ? named : parked.Name;
        if (StageNames.IndexOf(stage) is var index && (index < 0 || index > StageNames.IndexOf(parked.Name)))
        {
            throw Refuse($"'{(stage.Length > 40 ? stage[..40] : stage)}' is not '{parked.Name}' or a stage before it");
        }

        if (input?.ChangedParameters is { } change
            && InputValidator.Check(InputChange.Apply(_input, change)) is { Count: > 0 } problems)
        {
            throw Refuse($"changedParameters: {string.Join("; ", problems)}");
        }
    }

    /// <summary>Leaves a parked stage out.</summary>
    /// <param name="input">Who and why.</param>
    /// <returns>What happens now.</returns>
    [WorkflowUpdate("skipStage")]
    public Task<string> SkipStageAsync(OperatorInput input)
    {
        _stages.Skip($"skipped by {input.By}: {input.Reason}");
        return Task.FromResult($"{_board.Current} is left out");
    }

    /// <summary>Refuses to skip what must not be skipped.</summary>
    /// <param name="input">Who and why.</param>
    [WorkflowUpdateValidator(nameof(SkipStageAsync))]
    public void ValidateSkipStage(OperatorInput input)
    {
        var parked = _board.Parked ?? throw Refuse("no stage is parked");
        RequireReason(input);
        if (!StageNames.Skippable.Contains(parked.Name))
        {
            throw Refuse($"'{parked.Name}' may not be skipped; only {string.Join(", ", StageNames.Skippable)} may");
        }
    }

    /// <summary>Stops the run; what it changed outside is undone.</summary>
    /// <param name="input">Who and why.</param>
    /// <returns>What happens now.</returns>
    [WorkflowUpdate("abort")]
    public Task<string> AbortAsync(OperatorInput input)
    {
        _stages.Abort($"aborted by {input.By}: {input.Reason}");

        // Not CancelAsync: it would leave the workflow's scheduler.
        _stop.Cancel();
        return Task.FromResult("the run stops and undoes what it changed");
    }

    /// <summary>Refuses an abort without name and reason.</summary>
    /// <param name="input">Who and why.</param>
    [WorkflowUpdateValidator(nameof(AbortAsync))]
    public void ValidateAbort(OperatorInput input) => RequireReason(input);

    /// <summary>Approves what is awaited.</summary>
    /// <param name="input">Who, and the digest of what is approved.</param>
    /// <returns>The decision.</returns>
    [WorkflowUpdate("approve")]
    public Task<Decision> ApproveAsync(DecisionInput input) => Task.FromResult(_desk.Record(input, "approved"));

    /// <summary>Refuses an approval that may not count.</summary>
    /// <param name="input">Who and what.</param>
    [WorkflowUpdateValidator(nameof(ApproveAsync))]
    public void ValidateApprove(DecisionInput input)
    {
        if (_desk.Open is { Gate: ApprovalRequest.Review } review
            && _corrections.Count(correction => correction.Sample.Sha256 == review.Digest) is > 0 and var count)
        {
            throw Refuse(
                $"{count} answers to these rows are not in the data set yet; reject it, and retry from the stage "
                    + $"'{StageNames.Dataset}'");
        }

        _desk.Check(input, "approved");
    }

    /// <summary>Rejects what is awaited.</summary>
    /// <param name="input">Who, digest and reason.</param>
    /// <returns>The decision.</returns>
    [WorkflowUpdate("reject")]
    public Task<Decision> RejectAsync(DecisionInput input) => Task.FromResult(_desk.Record(input, "rejected"));

    /// <summary>Refuses a rejection that may not count.</summary>
    /// <param name="input">Who and what.</param>
    [WorkflowUpdateValidator(nameof(RejectAsync))]
    public void ValidateReject(DecisionInput input) => _desk.Check(input, "rejected");

    /// <summary>Waives a failed gate; a second person must do so too.</summary>
    /// <param name="input">Who, digest and reason.</param>
    /// <returns>The decision.</returns>
    [WorkflowUpdate("waive")]
    public Task<Decision> WaiveAsync(DecisionInput input) => Task.FromResult(_desk.Record(input, "waived"));

    /// <summary>Refuses a waiver that may not count.</summary>
    /// <param name="input">Who and what.</param>
    [WorkflowUpdateValidator(nameof(WaiveAsync))]
    public void ValidateWaive(DecisionInput input) => _desk.Check(input, "waived");

    /// <summary>Notes something about a sampled row, or gives it another answer.</summary>
    /// <param name="input">Row, note, answer.</param>
    /// <returns>Number of notes so far.</returns>
    [WorkflowUpdate("annotate")]
    public Task<int> AnnotateAsync(AnnotationInput input)
    {
        _lineage.Add(
            new LineageEdge(
                "annotation", $"{input.Digest}#{input.Row}", $"{input.By} at {Workflow.UtcNow:O}: {input.Note}"
                    + (input.Answer.Length > 0 ? " (with another answer)" : "")));
        if (input.Answer.Length > 0 && _sample is { } sample)
        {
            _corrections.Add(new RowCorrection(sample, input.Row, input.Answer, input.By, Workflow.UtcNow));
        }

        return Task.FromResult(_lineage.Count(edge => edge.Role == "annotation"));
    }

    /// <summary>Refuses a note that belongs to nothing.</summary>
    /// <param name="input">Row and note.</param>
    [WorkflowUpdateValidator(nameof(AnnotateAsync))]
    public void ValidateAnnotate(AnnotationInput input)
    {
        var open = _desk.Open is { Gate: ApprovalRequest.Review } review
            ? review : throw Refuse("no review is awaited");
        ApprovalDesk.CheckDigest(open, input?.Digest ?? "");
        if (string.IsNullOrWhiteSpace(input?.By) || input.Row < 1 || input.Row > _input.Review.Rows
            || input.Note.Length + input.Answer.Length == 0 || input.Note.Length > 1000 || input.Answer.Length > 1000)
        {
            throw Refuse(
                $"'by', 'row' from 1 to {_input.Review.Rows} and 'note' or 'answer', each of at most 1,000 characters, "
                    + "are needed");
        }

        if (_lineage.Count(edge => edge.Role == "annotation") >= 1000)
        {
            throw Refuse("1,000 notes are enough");
        }
    }

    private static ApplicationFailureException Refuse(string message) =>
        new(message, ErrorTypes.NotAllowed, nonRetryable: true);

    private static void RequireReason(OperatorInput? input)
    {
        if (string.IsNullOrWhiteSpace(input?.By) || string.IsNullOrWhiteSpace(input.Reason))
        {
            throw Refuse("'by' and 'reason' are needed, e.g. {\"by\":\"ada\",\"reason\":\"wrong data\"}");
        }
    }

    private ActivityOptions Stoppable(ActivityOptions options)
    {
        options.CancellationToken = _stop.Token;
        return options;
    }

    private ApprovalRequest Request(RunContext run, string gate, string digest, int required, TimeSpan rejectAfter)
    {
        var now = Workflow.UtcNow;
        return new ApprovalRequest
        {
            Gate = gate,
            Digest = digest,
            Opened = now,
            Deadline = now + rejectAfter,
            EscalatesAt = now + _input.Approval.EscalateAfter,
            EvidenceExpires = gate == ApprovalRequest.Review
                ? DateTime.MaxValue : _evidenceAt + _input.Approval.EvidenceValidFor,
            Required = required,
            Approvers = run.Approvers,
            PublicKeys = run.ApproverKeys,
            EscalateTo = _input.Approval.EscalateTo,
            Owner = _input.Owner,
        };
    }

    private async Task<Decision> AskAsync(string stage, ApprovalRequest request)
    {
        _board.Wait(stage);
        try
        {
            var decision = await _desk.AskAsync(request, _stop.Token);
            foreach (var given in _desk.Decisions.Where(
                given => given.Digest == request.Digest && given.At >= request.Opened))
            {
                _lineage.Add(new LineageEdge("decision", given.Digest, $"{given.By}: {given.Reason}", given.Verdict));
            }

            return decision;
        }
        catch (OperationCanceledException exception) when (!Workflow.CancellationToken.IsCancellationRequested)
        {
            throw new ApplicationFailureException("stopped", exception, ErrorTypes.Aborted, nonRetryable: true);
        }
    }

    private void Remember(string role, ArtifactRef artifact, string detail) => Remember(role, artifact.Uri, detail);

    private void Remember(string role, string reference, string detail)
    {
        _lineage.RemoveAll(edge => edge.Role == role);
        _lineage.Add(new LineageEdge(role, reference, detail));
    }

    private FineTuneResult End(Verdict verdict, string reason)
    {
        _report = _report with { Verdict = verdict, Reason = reason };
        Show();
        TrainResultOf(out var adapter, out var dataset);
        return new FineTuneResult
        {
            Verdict = verdict,
            Reason = reason,
            Version = _report.Version,
            Adapter = adapter,
            Dataset = dataset,
            Gate = _report.Gate,
        };
    }

    private void TrainResultOf(out ArtifactRef? adapter, out ArtifactRef? dataset)
    {
        adapter = _stages.Known<Training.TrainResult>(StageNames.Train)?.Training.Adapter;
        dataset = _stages.Known<DatasetResult>(StageNames.Dataset)?.Dataset;
    }

    // A report that cannot be written does not change what happened.
    private async Task<FineTuneResult> ReportAsync(FineTuneResult result)
    {
        var order = new ReportInput(Workflow.Info.WorkflowId, Snapshot());
        var options = ActivityPolicies.Quick("write the report");
        options.ScheduleToCloseTimeout = TimeSpan.FromMinutes(10);
        try
        {
            var report = await Workflow.ExecuteActivityAsync((IRunActivities a) => a.WriteReportAsync(order), options);
            return result with { Report = report };
        }
        catch (ActivityFailureException exception) when (!TemporalException.IsCanceledException(exception))
        {
            return result;
        }
    }

    private RunReport Snapshot() => _report with
    {
        WorkflowId = Workflow.Info.WorkflowId,
        Recipe = _input.Recipe,
        Owner = _input.Owner,
        BaseModel = _input.BaseModel,
        Stages = [.. _board.Stages],
        Decisions = [.. _desk.Decisions],
        Lineage = [.. _lineage],
        HistoryEvents = Workflow.CurrentHistoryLength,
        HistoryBytes = Workflow.CurrentHistorySize,
    };

    // Search attributes cost an event each, so only changes are written.
    private void Show()
    {
        Workflow.CurrentDetails = DetailsPage.Render(Snapshot(), _progress, _desk.Open, _desk.Given);
        var state = _report.Verdict?.ToString().ToLowerInvariant()
            ?? (_board.Parked is not null ? "parked" : _desk.Open is { } open ? $"awaits-{open.Gate}" : "running");
        if (_board.Current != _shownStage || state != _shownState)
        {
            (_shownStage, _shownState) = (_board.Current, state);
            Workflow.UpsertTypedSearchAttributes(
                SearchAttributes.Stage.ValueSet(_shownStage), SearchAttributes.Verdict.ValueSet(state));
        }
    }
}
