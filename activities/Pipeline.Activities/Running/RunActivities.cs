using Pipeline.Activities.Data;
using Pipeline.Activities.Models;
using Pipeline.Activities.Registration;
using Pipeline.Activities.Reports;
using Pipeline.Activities.Storage;
using Pipeline.Workflows;
using Pipeline.Workflows.Contracts;
using Pipeline.Workflows.Inputs;
using Temporalio.Activities;
using Temporalio.Exceptions;

namespace Pipeline.Activities.Running;

/// <summary>What frames a run.</summary>
/// <param name="artifacts">Local folders.</param>
/// <param name="models">Base models.</param>
/// <param name="benchmarks">Benchmarks.</param>
/// <param name="registration">Registers base models.</param>
/// <param name="reports">Writes reports.</param>
/// <param name="facts">What the settings and the machine say.</param>
public sealed class RunActivities(
    LocalArtifacts artifacts, BaseModelFolder models, Benchmarks benchmarks, BaseRegistration registration,
    Reports.RunReportPage reports, RunFacts facts) : IRunActivities
{
    /// <inheritdoc/>
    [Activity]
    public async Task<RunContext> PrepareRunAsync(PrepareRunInput input)
    {
        ArgumentNullException.ThrowIfNull(input);
        using var pulse = new ActivityPulse();
        input.Input.Evaluate.Benchmarks.ToList().ForEach(name => benchmarks.FolderOf(name));
        var folder = models.Find(input.Input.BaseModel);
        pulse.Report(new ActivityProgress("validate", 0, 0, $"reading {folder}"));
        var licence = BaseModelFolder.LicenceOf(folder) is { Length: > 0 } named ? named : models.IsShipped(folder)
            ? ShippedLicences.DebianMetadata : ShippedLicences.Unknown;
        var rows = input.Input.Data.Licence is { Length: > 0 } given ? given
            : input.Input.Data.Source is "debian" or "debian-sample"
            ? ShippedLicences.DebianMetadata : ShippedLicences.Unknown;
        RequireLicences(input.Input, licence, rows);
        var model = await artifacts.CommitCopyAsync("base-model", folder, pulse.Stop);
        await registration.RegisterAsync(
            input.Input.BaseModel, await artifacts.OpenAsync(model, pulse.Stop), licence, pulse.Stop);
        return new RunContext
        {
            BaseModel = model,
            BaseLicence = licence,
            DataLicence = rows,
            Approvers = Narrow(facts.Approvers, input.Input.Approval.Approvers),
            ApproverKeys = facts.ApproverKeys,
            ApprovalsRequired = Math.Max(facts.ApprovalsRequired, input.Input.Approval.Required),
            CodeVersion = facts.CodeVersion,
            Notes = facts.Notes,
        };
    }

    /// <inheritdoc/>
    [Activity]
    public async Task<ReportResult> WriteReportAsync(ReportInput input)
    {
        ArgumentNullException.ThrowIfNull(input);
        var context = ActivityExecutionContext.Current;
        var cost = await RunHistories.MeasureAsync(
            context.TemporalClient, input.WorkflowId, context.Info.WorkflowRunId, context.CancellationToken);
        return await reports.WriteAsync(input, cost, context.CancellationToken);
    }

    // What could never be registered is not worth computing.
    private static void RequireLicences(FineTuneInput input, string baseLicence, string dataLicence) => new LicenceCheck
    {
        BaseModel = input.BaseModel,
        BaseLicence = baseLicence,
        DataLicences = [dataLicence],
        Use = input.Package.Use,
        Waiver = input.Package.LicenceWaiver,
        Owner = input.Owner,
    }.Require();

    // An input can take people off the list of the deployment, never add any.
    private static IReadOnlyList<string> Narrow(IReadOnlyList<string> deployment, IReadOnlyList<string> input)
    {
        if (deployment.Count == 0 || input.Count == 0)
        {
            return deployment.Count == 0 ? input : deployment;
        }

        var both = deployment.Intersect(input, StringComparer.Ordinal).ToList();
        return both.Count > 0
            ? both
            : throw new ApplicationFailureException(
                $"approval.approvers: none of {string.Join(", ", input)} may approve here; the settings name "
                    + $"{string.Join(", ", deployment)}", ErrorTypes.InvalidRecipe, nonRetryable: true);
    }
}
