namespace Pipeline.Registry.Models;

/// <summary>What happened to a model.</summary>
public enum RegistryEventKind
{
    /// <summary>An alias was created or moved.</summary>
    AliasMoved,

    /// <summary>An alias was removed.</summary>
    AliasRemoved,

    /// <summary>A deployment started to use a version.</summary>
    UseClaimed,

    /// <summary>A deployment stopped using a version.</summary>
    UseReleased,

    /// <summary>A step of a rollout was reported.</summary>
    RolloutReported,

    /// <summary>A version was deleted.</summary>
    VersionDeleted,
}

/// <summary>One entry of a model's append-only history.</summary>
public sealed record RegistryEvent
{
    /// <summary>Position in the history, from 1 and without gaps.</summary>
    public required int Sequence { get; init; }

    /// <summary>What happened.</summary>
    public required RegistryEventKind Kind { get; init; }

    /// <summary>Model name.</summary>
    public required string Name { get; init; }

    /// <summary>The alias, or the deployment that uses a version; empty for deletions.</summary>
    public string Subject { get; init; } = "";

    /// <summary>Version before; null when there was none.</summary>
    public int? From { get; init; }

    /// <summary>Version after; null when there is none.</summary>
    public int? To { get; init; }

    /// <summary>Who did it.</summary>
    public required string Actor { get; init; }

    /// <summary>Why.</summary>
    public required string Reason { get; init; }

    /// <summary>When, UTC.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Id of the request, which makes a repeated request one event; empty when the caller gave none.</summary>
    public string RequestId { get; init; } = "";

    /// <summary>SHA-256 of the entry before, which makes the history tamper-evident; empty for the first.</summary>
    public required string Previous { get; init; }

    /// <summary>The state behind this event.</summary>
    public required RegistryState State { get; init; }
}

/// <summary>What a model's history adds up to.</summary>
public sealed record RegistryState
{
    /// <summary>A model without history.</summary>
    public static RegistryState Empty { get; } = new();

    /// <summary>Alias → version.</summary>
    public SortedDictionary<string, int> Aliases { get; init; } = new(StringComparer.Ordinal);

    /// <summary>Deployment → version.</summary>
    public SortedDictionary<string, int> Uses { get; init; } = new(StringComparer.Ordinal);

    /// <summary>Deleted versions.</summary>
    public SortedSet<int> Deleted { get; init; } = [];

    /// <summary>The state behind an event.</summary>
    /// <param name="happened">The event; its own state is not read.</param>
    /// <returns>A new state.</returns>
    public RegistryState Apply(RegistryEvent happened)
    {
        var next = new RegistryState
        {
            Aliases = new(Aliases, StringComparer.Ordinal),
            Uses = new(Uses, StringComparer.Ordinal),
            Deleted = [.. Deleted],
        };
        switch (happened.Kind)
        {
            case RegistryEventKind.AliasMoved or RegistryEventKind.AliasRemoved:
                Set(next.Aliases, happened);
                break;
            case RegistryEventKind.UseClaimed or RegistryEventKind.UseReleased:
                Set(next.Uses, happened);
                break;
            case RegistryEventKind.VersionDeleted when happened.From is { } version:
                next.Deleted.Add(version);
                break;
        }

        return next;
    }

    private static void Set(SortedDictionary<string, int> map, RegistryEvent happened)
    {
        if (happened.To is { } version)
        {
            map[happened.Subject] = version;
        }
        else
        {
            map.Remove(happened.Subject);
        }
    }
}
