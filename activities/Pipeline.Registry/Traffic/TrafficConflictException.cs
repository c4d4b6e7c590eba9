namespace Pipeline.Registry.Traffic;

/// <summary>A write lost the race: somebody set another version since it was read.</summary>
/// <param name="alias">The alias.</param>
/// <param name="expectedVersion">The version that the loser had read.</param>
/// <param name="current">The version that is in force, or null when there is none.</param>
public sealed class TrafficConflictException(string alias, long expectedVersion, TrafficState? current)
    : Exception(
        $"traffic of '{alias}' is at version {current?.Version ?? 0}, not {expectedVersion}; read it again and decide "
            + $"anew")
{
    /// <summary>The version that is in force, or null when there is none.</summary>
    public TrafficState? Current { get; } = current;
}
