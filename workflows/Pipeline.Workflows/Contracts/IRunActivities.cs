using Pipeline.Workflows.Inputs;
using Temporalio.Activities;

namespace Pipeline.Workflows.Contracts;

/// <summary>What frames a run: checks against the outside world at its start, the report at its end.</summary>
public interface IRunActivities
{
    /// <summary>Checks that what the input names exists, and adds what the worker's settings say.</summary>
    /// <remarks>
    /// Fails with <see cref="ErrorTypes.NotFound"/> or <see cref="ErrorTypes.InvalidRecipe"/> (not retried) when
    /// something is missing, and with <see cref="ErrorTypes.LicenceBlocked"/> when the licences would not let the
    /// adapter be registered.
    /// </remarks>
    /// <param name="input">What to check.</param>
    /// <returns>What the run may rely on.</returns>
    [Activity]
    Task<RunContext> PrepareRunAsync(PrepareRunInput input);

    /// <summary>Writes the report of a run, HTML in one file.</summary>
    /// <param name="input">What the run knows.</param>
    /// <returns>Where the report is.</returns>
    [Activity]
    Task<ReportResult> WriteReportAsync(ReportInput input);
}

/// <summary>What the first activity checks.</summary>
/// <param name="Input">The input of the run.</param>
/// <param name="WorkflowId">Id of the run's workflow.</param>
public sealed record PrepareRunInput(FineTuneInput Input, string WorkflowId);

/// <summary>What a run may rely on.</summary>
public sealed record RunContext
{
    /// <summary>The base model as a committed artefact.</summary>
    public required ArtifactRef BaseModel { get; init; }

    /// <summary>Licence of the base model.</summary>
    public string BaseLicence { get; init; } = "";

    /// <summary>Licence of the rows.</summary>
    public string DataLicence { get; init; } = "";

    /// <summary>Names that may approve; empty accepts any name but the owner's.</summary>
    public IReadOnlyList<string> Approvers { get; init; } = [];

    /// <summary>
    /// Public keys of approvers by name, P-256 in SubjectPublicKeyInfo and Base64; when there are any, decisions must
    /// be signed.
    /// </summary>
    public IReadOnlyDictionary<string, string> ApproverKeys { get; init; } = new Dictionary<string, string>();

    /// <summary>Approvals needed.</summary>
    /// <value>The default is 1.</value>
    public int ApprovalsRequired { get; init; } = 1;

    /// <summary>Digest of the code that works on the run.</summary>
    public string CodeVersion { get; init; } = "";

    /// <summary>
    /// What to know about this deployment, one sentence each, such as a GPU pool that runs on the CPU.
    /// </summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}

/// <summary>What a report is made from.</summary>
/// <param name="WorkflowId">Id of the run's workflow.</param>
/// <param name="Report">What the run knows.</param>
public sealed record ReportInput(string WorkflowId, RunReport Report);

/// <summary>A written report.</summary>
/// <param name="Artifact">The report as an artefact.</param>
/// <param name="Path">Path on the machine that wrote it.</param>
/// <param name="Cost">What the engine was used for; null when it could not be measured.</param>
public sealed record ReportResult(ArtifactRef Artifact, string Path, OrchestrationCost? Cost = null);

/// <summary>
/// What orchestration costs: histories of the run and its children, and the time in which no activity worked.
/// </summary>
/// <param name="Workflows">Workflows of the run.</param>
/// <param name="Events">Events of all their histories.</param>
/// <param name="Bytes">Bytes of all their histories.</param>
/// <param name="LargestPayloadBytes">Largest event, bytes.</param>
/// <param name="Seconds">Wall time so far, without the time in which people were asked.</param>
/// <param name="IdleSeconds">Part of it in which no activity worked.</param>
public sealed record OrchestrationCost(
    int Workflows, int Events, long Bytes, long LargestPayloadBytes, double Seconds, double IdleSeconds)
{
    /// <summary>Share of the wall time in which no activity worked, 0 to 1.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public double Overhead => Seconds > 0 ? IdleSeconds / Seconds : 0;
}
