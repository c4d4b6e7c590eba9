using Pipeline.Activities.Monitoring;
using Pipeline.Activities.Running;
using Pipeline.Activities.Storage;
using Pipeline.Registry.Models;
using Pipeline.Registry.Packaging;
using Pipeline.Workflows;
using Pipeline.Workflows.Contracts;
using Temporalio.Activities;
using Temporalio.Exceptions;

namespace Pipeline.Activities.Registration;

/// <summary>Versions and aliases as activities.</summary>
/// <param name="registry">The model registry.</param>
/// <param name="artifacts">Local folders.</param>
/// <param name="bases">Base models.</param>
/// <param name="records">What versions were made of.</param>
public sealed class RegistryActivities(
    ModelRegistry registry, LocalArtifacts artifacts, BaseRegistration bases, ServingRecords records)
    : IRegistryActivities
{
    /// <inheritdoc/>
    [Activity]
    public async Task<RegisteredVersion> RegisterAdapterAsync(RegisterAdapterInput input)
    {
        ArgumentNullException.ThrowIfNull(input);
        using var pulse = new ActivityPulse();
        var licence = new LicenceCheck
        {
            BaseModel = input.BaseModelName,
            BaseLicence = input.BaseLicence,
            DataLicences = input.DataLicences,
            Use = input.Use,
            Waiver = input.LicenceWaiver,
            Owner = input.Owner,
        }.Require();
        await CheckEvaluationAsync(input, pulse.Stop);
        var model = await bases.RegisterAsync(
            input.BaseModelName, await artifacts.OpenAsync(input.BaseModel, pulse.Stop), input.BaseLicence, pulse.Stop);
        var card = new ModelCard
        {
            Title = input.Name,
            // Nothing about the run: equal adapters give equal packages, and who made one is in the lineage.
            Description = $"LoRA adapter of {input.BaseModelName}.",
            Base = model,
            Kind = PackageKind.Adapter,
            Licence = licence.Licence,
            Obligations = licence.Obligations,
            Datasets = [.. input.Lineage.Where(edge => edge.Role == "dataset").Select(edge => edge.Reference)],
        };
        var package = await new Package(registry.Artifacts)
            .CreateAsync(await artifacts.OpenAsync(input.Adapter, pulse.Stop), card, pulse.Stop);
        var info = ActivityExecutionContext.Current.Info;
        var run = $"{info.WorkflowId}/{info.WorkflowRunId}";
        var lineage = new List<string>();
        foreach (var node in LineageNodes.Of(input.Lineage, run))
        {
            lineage.Add(await registry.Lineage.RecordAsync(node, pulse.Stop));
        }

        var version = await registry.RegisterAsync(
            new RegisterVersion
            {
                Name = input.Name,
                Package = package.VersionId,
                Base = model,
                Actor = info.WorkflowId ?? "pipeline",
                IdempotencyKey = $"{info.WorkflowRunId}-{info.ActivityId}",
                Lineage = [.. lineage.Order(StringComparer.Ordinal)],
                Licence = licence.Licence,
                Obligations = licence.Obligations,
                Description = card.Description,
            },
            pulse.Stop);
        var registered = new RegisteredVersion(version.Name, version.Version, version.Package);
        if (input is { Dataset: { } dataset, Evaluation: { } evaluation })
        {
            var record = new ServingRecord
            {
                Version = registered,
                Adapter = input.Adapter,
                BaseModel = input.BaseModel,
                Dataset = dataset,
                Evaluation = evaluation,
                Evaluate = input.Evaluate,
            };
            await records.SaveAsync(record, pulse.Stop);
        }

        return registered;
    }

    /// <inheritdoc/>
    [Activity]
    public async Task RetireVersionAsync(RetireVersionInput input)
    {
        ArgumentNullException.ThrowIfNull(input);
        try
        {
            await registry.DeleteAsync(input.Version.Name, input.Version.Version, ActorOf(), input.Reason,
                ActivityExecutionContext.Current.CancellationToken);
        }
        catch (RegistryException exception) when (exception.Error is RegistryError.Deleted or RegistryError.NotFound)
        {
            // An earlier attempt did it.
        }
    }

    /// <inheritdoc/>
    [Activity]
    public async Task<int> ReadAliasAsync(AliasName alias)
    {
        ArgumentNullException.ThrowIfNull(alias);
        var state = await registry.StateAsync(alias.Name, ActivityExecutionContext.Current.CancellationToken);
        return state.Aliases.TryGetValue(alias.Alias, out var version) ? version : 0;
    }

    /// <inheritdoc/>
    [Activity]
    public async Task<AliasMove> MoveAliasAsync(MoveAliasInput input)
    {
        ArgumentNullException.ThrowIfNull(input);
        var cancellation = ActivityExecutionContext.Current.CancellationToken;
        var state = await registry.StateAsync(input.Name, cancellation);
        int? before = state.Aliases.TryGetValue(input.Alias, out var version) ? version : null;
        int? target = input.Version == 0 ? null : input.Version;
        if (before == target && input.OperationId.Length == 0)
        {
            return new AliasMove(before ?? 0, input.Version);
        }

        var moved = await registry.MoveAliasAsync(
            new MoveAlias
            {
                Name = input.Name,
                Alias = input.Alias,
                Version = target,
                Expected = before,
                Actor = input.Actor,
                Reason = input.Reason,
                RequestId = input.OperationId,
                Waiver = input.Waiver,
            },
            cancellation);
        return new AliasMove(moved.From ?? 0, moved.To ?? 0);
    }

    private static string ActorOf() => ActivityExecutionContext.Current.Info.WorkflowId ?? "pipeline";

    // Whoever removes the evaluation takes the right to register away with it.
    private async Task CheckEvaluationAsync(RegisterAdapterInput input, CancellationToken cancellation)
    {
        var properties = input.Evaluation is null
            ? null : await artifacts.PropertiesAsync(input.Evaluation, cancellation);
        if (properties?.GetValueOrDefault("adapter") != input.Adapter.Sha256 || !properties.ContainsKey("task"))
        {
            throw new ApplicationFailureException(
                $"the store has no evaluation of the adapter {input.Adapter.Sha256[..12]} on its task "
                    + $"({input.Evaluation?.Uri ?? "none is named"}); retry from the stage 'evaluate'",
                ErrorTypes.Integrity, nonRetryable: true);
        }
    }
}
