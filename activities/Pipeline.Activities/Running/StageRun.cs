using System.Collections.Concurrent;
using Pipeline.Activities.Storage;
using Pipeline.Registry.Artifacts;
using Pipeline.Workflows.Contracts;

namespace Pipeline.Activities.Running;

/// <summary>One piece of work in progress.</summary>
/// <param name="Stage">Name of the work.</param>
/// <param name="Key">Digest of everything that it depends on.</param>
/// <param name="Pulse">Heartbeats and cancellation.</param>
/// <param name="Artifacts">Local folders.</param>
/// <param name="Fence">Keeps earlier attempts from writing.</param>
public sealed record StageRun(string Stage, string Key, ActivityPulse Pulse, LocalArtifacts Artifacts, Fence Fence)
{
    private readonly ConcurrentBag<ArtifactRef> _opened = [];

    /// <summary>Artefacts that the work has read so far.</summary>
    public IReadOnlyCollection<ArtifactRef> Opened => _opened;

    /// <summary>Cancelled when the work must stop.</summary>
    public CancellationToken Stop => Pulse.Stop;

    /// <summary>A local folder with the files of an artefact.</summary>
    /// <param name="artifact">The artefact.</param>
    /// <returns>Absolute path; read only.</returns>
    public Task<string> OpenAsync(ArtifactRef artifact)
    {
        _opened.Add(artifact);
        return Artifacts.OpenAsync(artifact, Stop);
    }

    /// <summary>Commits a folder as an artefact that knows which work made it.</summary>
    /// <param name="kind">Kind of the artefact.</param>
    /// <param name="folder">Folder to take over.</param>
    /// <returns>Reference to the version.</returns>
    public Task<ArtifactRef> CommitAsync(string kind, string folder) =>
        Artifacts.CommitAsync(kind, folder,
            new Dictionary<string, string>(StringComparer.Ordinal) { ["stage"] = Stage, ["key"] = Key }, Fence, Stop);
}
