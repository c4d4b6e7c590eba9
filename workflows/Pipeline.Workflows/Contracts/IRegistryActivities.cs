using Pipeline.Workflows.Inputs;
using Temporalio.Activities;

namespace Pipeline.Workflows.Contracts;

/// <summary>Versions and aliases. Every call may be repeated without a second effect.</summary>
public interface IRegistryActivities
{
    /// <summary>Registers an adapter as an immutable version.</summary>
    /// <remarks>
    /// Fails, not retried, with <see cref="ErrorTypes.LicenceBlocked"/> when a licence does not allow the use, and with
    /// <see cref="ErrorTypes.Integrity"/> when the store has no evaluation of this adapter on its task.
    /// </remarks>
    /// <param name="input">Adapter, origin and evidence.</param>
    /// <returns>The version.</returns>
    [Activity]
    Task<RegisteredVersion> RegisterAdapterAsync(RegisterAdapterInput input);

    /// <summary>Marks a version as not to be served; undoes a registration.</summary>
    /// <param name="input">The version and why.</param>
    /// <returns>A task that ends when it is stored.</returns>
    [Activity]
    Task RetireVersionAsync(RetireVersionInput input);

    /// <summary>Reads where an alias points.</summary>
    /// <param name="alias">The alias.</param>
    /// <returns>Number of the version; 0 when it names none.</returns>
    [Activity]
    Task<int> ReadAliasAsync(AliasName alias);

    /// <summary>Moves an alias and remembers actor and reason.</summary>
    /// <param name="input">Where to.</param>
    /// <returns>Where the alias pointed before.</returns>
    [Activity]
    Task<AliasMove> MoveAliasAsync(MoveAliasInput input);
}

/// <summary>What is registered.</summary>
public sealed record RegisterAdapterInput
{
    /// <summary>Name of the adapter.</summary>
    public required string Name { get; init; }

    /// <summary>The adapter.</summary>
    public required ArtifactRef Adapter { get; init; }

    /// <summary>The base model.</summary>
    public required ArtifactRef BaseModel { get; init; }

    /// <summary>Name of the base model.</summary>
    public string BaseModelName { get; init; } = "";

    /// <summary>Licence of the base model.</summary>
    public string BaseLicence { get; init; } = "";

    /// <summary>Licences of the data.</summary>
    public IReadOnlyList<string> DataLicences { get; init; } = [];

    /// <summary>Use of the result.</summary>
    public string Use { get; init; } = "research";

    /// <summary>Why an unknown licence is accepted; empty accepts none.</summary>
    public string LicenceWaiver { get; init; } = "";

    /// <summary>Who accepted it.</summary>
    public string Owner { get; init; } = "";

    /// <summary>The training set, with the test rows.</summary>
    public ArtifactRef? Dataset { get; init; }

    /// <summary>How the adapter was evaluated.</summary>
    public EvaluateOptions Evaluate { get; init; } = new();

    /// <summary>Evaluation of exactly this adapter; without it nothing is registered.</summary>
    public ArtifactRef? Evaluation { get; init; }

    /// <summary>Where the version comes from: role and digest, in order.</summary>
    public IReadOnlyList<LineageEdge> Lineage { get; init; } = [];

    /// <summary>Id of the run's workflow.</summary>
    public string WorkflowId { get; init; } = "";
}

/// <summary>One step of where a version comes from.</summary>
/// <param name="Role">What it was in the run, such as <c>dataset</c> or <c>approval</c>.</param>
/// <param name="Reference">Digest, URI or id.</param>
/// <param name="Detail">What a person wants to know.</param>
/// <param name="Verdict">Of a gate: passed, failed or inconclusive; of a decision: approved, waived or rejected; else
/// empty.</param>
public sealed record LineageEdge(string Role, string Reference, string Detail = "", string Verdict = "");

/// <summary>An immutable version.</summary>
/// <param name="Name">Name of the adapter.</param>
/// <param name="Version">Number, from 1.</param>
/// <param name="Digest">Digest of the adapter.</param>
public sealed record RegisteredVersion(string Name, int Version, string Digest)
{
    /// <summary>Form that people and clients use.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public string Id => $"{Name}@{Version}";
}

/// <summary>An alias of an adapter.</summary>
/// <param name="Name">Name of the adapter.</param>
/// <param name="Alias">The alias.</param>
public sealed record AliasName(string Name, string Alias);

/// <summary>A version to retire.</summary>
/// <param name="Version">The version.</param>
/// <param name="Reason">Why.</param>
public sealed record RetireVersionInput(RegisteredVersion Version, string Reason);

/// <summary>An alias to move.</summary>
public sealed record MoveAliasInput
{
    /// <summary>Name of the adapter.</summary>
    public required string Name { get; init; }

    /// <summary>The alias.</summary>
    public required string Alias { get; init; }

    /// <summary>Version to point at; 0 removes the alias.</summary>
    public required int Version { get; init; }

    /// <summary>Who moves it.</summary>
    public string Actor { get; init; } = "";

    /// <summary>Why.</summary>
    public string Reason { get; init; } = "";

    /// <summary>Why a protected alias may move although no gate passed; empty when one did.</summary>
    public string Waiver { get; init; } = "";

    /// <summary>Makes the move happen once, however often it is asked for.</summary>
    public string OperationId { get; init; } = "";
}

/// <summary>A moved alias.</summary>
/// <param name="Previous">Version that it pointed at; 0 for none.</param>
/// <param name="Current">Version that it points at; 0 for none.</param>
public sealed record AliasMove(int Previous, int Current);
