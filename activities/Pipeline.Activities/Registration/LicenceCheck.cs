using Pipeline.Registry.Licences;
using Pipeline.Workflows;
using Temporalio.Exceptions;

namespace Pipeline.Activities.Registration;

/// <summary>
/// Whether licences allow a use: asked before anything is computed, and again before it is registered.
/// </summary>
internal sealed record LicenceCheck
{
    /// <summary>Name of the base model, for messages.</summary>
    public required string BaseModel { get; init; }

    /// <summary>Licence of the base model.</summary>
    public required string BaseLicence { get; init; }

    /// <summary>Licences of the rows.</summary>
    public required IReadOnlyList<string> DataLicences { get; init; }

    /// <summary>What the adapter is for: <c>research</c>, or anything else for commercial use.</summary>
    public required string Use { get; init; }

    /// <summary>Why a licence that blocks is no obstacle; empty for none.</summary>
    public required string Waiver { get; init; }

    /// <summary>Who says so.</summary>
    public required string Owner { get; init; }

    /// <summary>Asks the gate.</summary>
    /// <returns>What the adapter is licensed as.</returns>
    /// <exception cref="ApplicationFailureException"><see cref="ErrorTypes.LicenceBlocked"/>, not retried.</exception>
    public LicenceVerdict Require()
    {
        var use = Use == "research" ? LicenceUse.Research : LicenceUse.Commercial;
        var verdict = LicenceGate.Check(BaseLicence, DataLicences, use, [.. Waivers(use)]);
        return verdict.Decision == LicenceDecision.Block
            ? throw new ApplicationFailureException(
                $"{string.Join("; ", verdict.Findings)} ({BaseModel}: '{BaseLicence}', data: "
                    + $"{string.Join(", ", DataLicences)}, use: {Use}); name the licence of the rows in data.licence, "
                    + "or give a reason in package.licenceWaiver", ErrorTypes.LicenceBlocked, nonRetryable: true)
            : verdict;
    }

    // What the product ships is known; what the owner waives is recorded with name and reason.
    private IEnumerable<LicenceWaiver> Waivers(LicenceUse use)
    {
        yield return new LicenceWaiver(
            ShippedLicences.DebianMetadata, LicenceUse.Research, "pipeline",
            "package descriptions that Debian publishes, used for trials on the own machine");
        foreach (var licence in DataLicences.Append(BaseLicence).Where(_ => Waiver.Length > 0))
        {
            yield return new LicenceWaiver(licence, use, Owner, Waiver);
        }
    }
}
