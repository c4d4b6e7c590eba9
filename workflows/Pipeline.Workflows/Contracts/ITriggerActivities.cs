using Temporalio.Activities;

namespace Pipeline.Workflows.Contracts;

/// <summary>What a trigger asks the outside world.</summary>
public interface ITriggerActivities
{
    /// <summary>Counts the objects under a prefix that are newer than a marker.</summary>
    /// <param name="input">Prefix and marker.</param>
    /// <returns>What is new.</returns>
    [Activity]
    Task<PrefixChange> MeasurePrefixAsync(MeasurePrefixInput input);
}

/// <summary>A prefix to measure.</summary>
/// <param name="Prefix">Prefix in the object store.</param>
/// <param name="Marker">Marker of the last accepted state; empty counts everything.</param>
public sealed record MeasurePrefixInput(string Prefix, string Marker);

/// <summary>What is new under a prefix.</summary>
/// <param name="Objects">New or changed objects.</param>
/// <param name="Bytes">Their bytes.</param>
/// <param name="Marker">Marker of the state that was measured.</param>
public sealed record PrefixChange(int Objects, long Bytes, string Marker);
