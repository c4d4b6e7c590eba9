using System.Globalization;
using System.Text.Json;
using Pipeline.Workflows.Approvals;
using Pipeline.Workflows.Contracts;
using Pipeline.Workflows.Details;
using Pipeline.Workflows.Deployment;
using Pipeline.Workflows.Evaluation;
using Pipeline.Workflows.Training;
using Temporalio.Exceptions;
using Temporalio.Workflows;

namespace Pipeline.Workflows.FineTuning;

/// <content>The stages from the training to the last share of the traffic.</content>
public sealed partial class FineTuneWorkflow
{
    private Task<TrainResult> TrainAsync(RunContext run, DatasetResult dataset) => _stages.RunAsync(
        StageNames.Train,
        async () =>
        {
            _progress.Clear();
            var order = new TrainInput
            {
                Dataset = dataset.Dataset,
                BaseModel = run.BaseModel,
                Train = _input.Train,
                Benchmarks = _input.Evaluate.Benchmarks,
                Tenant = _input.Tenant,
                Priority = _input.Priority,
                ProgressWorkflowId = Workflow.Info.WorkflowId,
            };
            var result = await Workflow.ExecuteChildWorkflowAsync(
                (TrainWorkflow wf) => wf.RunAsync(order),
                Child(WorkflowIds.Train(Workflow.Info.WorkflowId, ++_rounds)));
            _report = _report with
            {
                Curve = result.Training.Curve,
                TrainingAttempts = [.. _report.TrainingAttempts, .. result.Attempts]
            };
            Remember("config", "training options", JsonSerializer.Serialize(result.Used, JsonSerializerOptions.Web));
            Remember("seed", result.Used.Seed.ToString(CultureInfo.InvariantCulture), "");
            Remember("adapter", result.Training.Adapter, $"{result.Training.Steps} steps on {result.Training.Device}");
            return result;
        },
        result => result.Training.Summary);

    private Task<Evaluations> EvaluateAsync(
        RunContext run, DatasetResult dataset, TrainResult training, PreflightResult preflight) => _stages.RunAsync(
        StageNames.Evaluate,
        async () =>
        {
            var order = new EvaluateInput
            {
                BaseModel = run.BaseModel,
                Dataset = dataset.Dataset,
                Evaluate = _input.Evaluate,
                Tenant = _input.Tenant,
                Priority = _input.Priority,
            };
            var before = await EvaluateArmAsync(order);
            var prompted = await EvaluatePromptAsync(order, preflight, before);
            var after = await EvaluateArmAsync(order with { Adapter = training.Training.Adapter, Arm = "candidate" });
            _report = _report with { Before = before, Prompted = prompted, After = after };
            Remember("evaluation-before", before.Report, before.Summary.Text);
            Remember("evaluation-after", after.Report, after.Summary.Text);
            return new Evaluations(before, prompted, after, Workflow.UtcNow);
        },
        both => new StageSummary
        {
            Text = string.Join(
                "; ", both.After.Metrics.Select(
                    metric =>
                        $"{metric.Name} {both.Before.Metrics.FirstOrDefault(old => old.Name == metric.Name)?.Value:P1}"
                            + $" → {metric.Value:P1}")),
            Cached = both.Before.Summary.Cached && both.After.Summary.Cached,
        });

    // The prompt that did best in the diagnostic, on all held-out rows; the plain prompt has been asked already.
    private async Task<EvaluationResult?> EvaluatePromptAsync(
        EvaluateInput order, PreflightResult preflight, EvaluationResult before) =>
        preflight.Rows == 0 ? null
        : preflight.Shots == 0 ? before
        : await EvaluateArmAsync(order with { Arm = "base+prompt", OwnOnly = true, OwnShots = preflight.Shots });

    private Task<EvaluationResult> EvaluateArmAsync(EvaluateInput order) => Workflow.ExecuteChildWorkflowAsync(
        (EvaluateWorkflow wf) => wf.RunAsync(order),
        Child(WorkflowIds.Evaluate(Workflow.Info.WorkflowId, order.Arm, ++_rounds)));

    private Task<GateDecision> DecideAsync(Evaluations evaluations, TrainResult training) => _stages.RunAsync(
        StageNames.Gate,
        async () =>
        {
            var order = new GateInput(evaluations.Before.Report, evaluations.After.Report, _input.Gate,
                evaluations.Prompted?.Report, training.Training.Adapter.Sha256);
            var decision = await Workflow.ExecuteActivityAsync(
                (IEvaluationActivities a) => a.DecideGateAsync(order),
                Stoppable(ActivityPolicies.Quick("compare before and after")));
            _report = _report with { Gate = decision };
            _evidenceAt = evaluations.At;
            _lineage.RemoveAll(edge => edge.Role == "gate");
            _lineage.Add(
                new LineageEdge("gate", decision.Evidence.Uri, Failed(decision),
                    decision.Verdict == GateVerdict.Pass ? "passed" : decision.Verdict.ToString().ToLowerInvariant()));
            ClimbLadder(decision);
            return decision;
        },
        decision => new StageSummary
        {
            Text = decision.Verdict == GateVerdict.Pass
                ? "every threshold is met" : $"{decision.Verdict}: {Failed(decision)}",
        });

    // More rank helps only where the task is not learned well enough; a forgetful adapter would forget more.
    private void ClimbLadder(GateDecision decision)
    {
        var bad = decision.Checks.Where(check => check.Verdict == GateVerdict.Fail).ToList();
        var next = _input.Train.RankLadder.Where(rank => rank > _input.Train.Rank).Order().FirstOrDefault();
        if (next == 0 || bad.Count == 0 || bad.Any(check => !check.Name.StartsWith("task", StringComparison.Ordinal)))
        {
            return;
        }

        _input = _input with
        { Train = _input.Train with { Rank = next, Alpha = _input.Train.Alpha * next / _input.Train.Rank } };
        throw new RewindException(StageNames.Train);
    }

    private Task<Decision> ApproveAsync(RunContext run, GateDecision gate, TrainResult training) => _stages.RunAsync(
        StageNames.Approval,
        async () =>
        {
            var (kind, required) = gate.Verdict == GateVerdict.Fail
                ? (ApprovalRequest.Waiver, Math.Max(_input.Gate.WaiversRequired, run.ApprovalsRequired))
                : (ApprovalRequest.Promotion, Math.Max(_input.Approval.Required, run.ApprovalsRequired));
            return await AskAsync(StageNames.Approval,
                Request(run, kind, training.Training.Adapter.Sha256, required, _input.Approval.RejectAfter));
        },
        decision => new StageSummary
        {
            Text = $"{decision.Verdict} by "
                + $"{string.Join(", ", _desk.Decisions.Where(d => d.Digest == decision.Digest).Select(d => d.By))}: "
                + $"{decision.Reason}",
        });

    private Task<ParityResult> CheckParityAsync(
        RunContext run, DatasetResult dataset, TrainResult training) => _stages.RunAsync(
        StageNames.Parity,
        async () =>
        {
            var order = new ParityInput(
                run.BaseModel, training.Training.Adapter, dataset.Dataset, _input.Package.ParityPrompts);
            var parity = await LongWork.RunAsync(
                (IEvaluationActivities a) => a.CheckMergeParityAsync(order),
                Stoppable(
                    ActivityPolicies.Gpu(
                        $"merge, read back, compare {order.Prompts} prompts", _input.Tenant, _input.Priority)));
            Remember("merged-model", parity.Merged, $"largest difference {parity.LargestDifference:0.0e0}");
            return parity;
        },
        parity => parity.Summary);

    private Task<RegisteredVersion> RegisterAsync(
        RunContext run, DatasetResult dataset, TrainResult training, Evaluations evaluations) => _stages.RunAsync(
        StageNames.Register,
        async () =>
        {
            var order = new RegisterAdapterInput
            {
                Name = _input.Package.Name,
                Adapter = training.Training.Adapter,
                BaseModel = run.BaseModel,
                BaseModelName = _input.BaseModel,
                BaseLicence = run.BaseLicence,
                DataLicences = [run.DataLicence],
                Use = _input.Package.Use,
                LicenceWaiver = _input.Package.LicenceWaiver,
                Owner = _input.Owner,
                Dataset = dataset.Dataset,
                Evaluate = _input.Evaluate,
                Evaluation = evaluations.After.Report,
                Lineage = [.. _lineage],
                WorkflowId = Workflow.Info.WorkflowId,
            };
            var version = await Workflow.ExecuteActivityAsync(
                (IRegistryActivities a) => a.RegisterAdapterAsync(order),
                Stoppable(ActivityPolicies.Quick($"register {order.Name}")));
            _report = _report with { Version = version };
            _undo.Add(() => RetireAsync(version));
            return version;
        },
        version => new StageSummary { Text = $"{version.Id} {version.Digest[..Math.Min(12, version.Digest.Length)]}" });

    private Task<CanaryResult> CanaryAsync(
        RegisteredVersion version, DatasetResult dataset, TrainResult training) => _stages.RunAsync(
        StageNames.Canary,
        async () =>
        {
            await GuardAsync(version);
            var order = new CanaryInput
            {
                Route = _input.Package.Name,
                Version = version,
                Adapter = training.Training.Adapter,
                Dataset = dataset.Dataset,
                Canary = _input.Canary,
                FirstStep = _canaryStep,
            };
            try
            {
                var canary = await Workflow.ExecuteChildWorkflowAsync(
                    (CanaryWorkflow wf) => wf.RunAsync(order),
                    Child(WorkflowIds.Canary(Workflow.Info.WorkflowId, ++_rounds)));
                _report = _report with { Canary = [.. _report.Canary, .. canary.Steps] };
                _undo.Add(() => SetTrafficAsync(canary.Before, "the run did not reach its end"));
                return canary;
            }
            catch (ChildWorkflowFailureException exception)
                when (exception.InnerException is ApplicationFailureException { Details.Count: > 0 } failure)
            {
                _canaryStep = failure.Details.ElementAt<int>(0);
                throw;
            }
        },
        canary => new StageSummary
        {
            Text = canary.Passed ? $"{canary.Steps.Count} steps, {canary.Reason}" : $"went back: {canary.Reason}",
        });

    private Task<TrafficState> PromoteAsync(RegisteredVersion version, TrainResult training) => _stages.RunAsync(
        StageNames.Promote,
        async () =>
        {
            var move = new MoveAliasInput
            {
                Name = version.Name,
                Alias = _input.Package.Alias,
                Version = version.Version,
                Actor = Workflow.Info.WorkflowId,
                Reason = "promotion",
                Waiver = _report.Gate?.Verdict == GateVerdict.Pass
                    ? "" : string.Join(
                        "; ", _desk.Decisions.Where(d => d.Digest == training.Training.Adapter.Sha256)
                            .Select(d => $"{d.Verdict} by {d.By}: {d.Reason}")),
                OperationId = $"{Workflow.Info.WorkflowId}/promote",
            };
            var moved = await Workflow.ExecuteActivityAsync(
                (IRegistryActivities a) => a.MoveAliasAsync(move),
                Stoppable(ActivityPolicies.Quick($"{move.Alias} → {version.Id}")));
            _undo.Add(() => MoveBackAsync(move, moved.Previous));
            var order = new DeploymentInput
            {
                Route = version.Name,
                Version = version,
                Adapter = training.Training.Adapter,
                Actor = Workflow.Info.WorkflowId,
                Reason = "promotion",
            };
            return await Workflow.ExecuteChildWorkflowAsync(
                (DeploymentWorkflow wf) => wf.RunAsync(order),
                Child(WorkflowIds.Deploy(Workflow.Info.WorkflowId, ++_rounds)));
        },
        _ => new StageSummary { Text = $"{version.Id} serves all traffic" });

    private static Task RetireAsync(RegisteredVersion version)
    {
        var order = new RetireVersionInput(version, "the run did not reach its end");
        return Workflow.ExecuteActivityAsync(
            (IRegistryActivities a) => a.RetireVersionAsync(order),
            ActivityPolicies.Compensation($"retire {version.Id}"));
    }

    private static Task<TrafficState> SetTrafficAsync(TrafficState traffic, string reason)
    {
        var order = new SetTrafficInput(traffic, Workflow.Info.WorkflowId, reason, $"{Workflow.Info.WorkflowId}/undo");
        return Workflow.ExecuteActivityAsync(
            (IDeploymentActivities a) => a.SetTrafficAsync(order),
            ActivityPolicies.Compensation("all traffic to stable"));
    }

    private static Task<AliasMove> MoveBackAsync(MoveAliasInput move, int previous)
    {
        var order = move with
        {
            Version = previous,
            Reason = "the promotion did not reach its end",
            OperationId = $"{move.OperationId}/undo"
        };
        return Workflow.ExecuteActivityAsync(
            (IRegistryActivities a) => a.MoveAliasAsync(order),
            ActivityPolicies.Compensation($"{move.Alias} back to version {previous}"));
    }

    private ChildWorkflowOptions Child(string id) => new()
    {
        Id = id,
        ParentClosePolicy = ParentClosePolicy.RequestCancel,
        CancellationType = ChildWorkflowCancellationType.WaitCancellationCompleted,
        CancellationToken = _stop.Token,
    };

    private static string Failed(GateDecision gate) => string.Join("; ", gate.Checks
        .Where(check => check.Verdict != GateVerdict.Pass)
        .Select(check =>
            $"{check.Name} {PlainNumber.Of(check.Baseline)} → {PlainNumber.Of(check.Candidate)} ({check.Threshold}; "
                + $"{check.Detail})"));

    private sealed record Evaluations(
        EvaluationResult Before, EvaluationResult? Prompted, EvaluationResult After, DateTime At);
}
