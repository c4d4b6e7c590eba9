namespace Pipeline.Activities.Running;

/// <summary>Folders of a worker.</summary>
/// <param name="Root">The checkout: shipped models, benchmarks and samples lie under <c>infra/</c>.</param>
/// <param name="State">Everything that the worker writes outside the store: caches, checkpoints, reports.</param>
public sealed record WorkerPaths(string Root, string State)
{
    /// <summary>A folder of the state; created.</summary>
    /// <param name="parts">Path under the state folder.</param>
    /// <returns>Absolute path.</returns>
    public string Of(params string[] parts) => Directory.CreateDirectory(Path.Combine([State, .. parts])).FullName;
}
