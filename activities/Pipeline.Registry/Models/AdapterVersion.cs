using System.Text.Json.Serialization;

namespace Pipeline.Registry.Models;

/// <summary>What a new version is made of; content is named by digest only.</summary>
public sealed record RegisterVersion
{
    /// <summary>Model name.</summary>
    public required string Name { get; init; }

    /// <summary>Kind of the committed artefact that holds the files.</summary>
    /// <value>The default is <c>package</c>.</value>
    public string PackageKind { get; init; } = "package";

    /// <summary>Version id of the committed artefact that holds the files.</summary>
    public required string Package { get; init; }

    /// <summary>The base model it was trained on.</summary>
    public required BaseModelRef Base { get; init; }

    /// <summary>Who registers: a person or a workflow.</summary>
    public required string Actor { get; init; }

    /// <summary>Makes retries one version; usually the run id. Null takes the package's digest.</summary>
    public string? IdempotencyKey { get; init; }

    /// <summary>Ids of the lineage nodes that this version comes from.</summary>
    public IReadOnlyList<string> Lineage { get; init; } = [];

    /// <summary>Licence expression of the version.</summary>
    public string Licence { get; init; } = "";

    /// <summary>Duties that come with the licences of base and data, united.</summary>
    public IReadOnlyList<string> Obligations { get; init; } = [];

    /// <summary>Free text.</summary>
    public string Description { get; init; } = "";

    /// <summary>First tags.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init; } =
        new Dictionary<string, string>(StringComparer.Ordinal);
}

/// <summary>An immutable version of a model.</summary>
public sealed record AdapterVersion
{
    /// <summary>Model name.</summary>
    public required string Name { get; init; }

    /// <summary>Number, from 1; never used again, even after a deletion.</summary>
    public required int Version { get; init; }

    /// <summary>Kind of the artefact that holds the files.</summary>
    public required string PackageKind { get; init; }

    /// <summary>Version id of the artefact that holds the files.</summary>
    public required string Package { get; init; }

    /// <summary>The base model it was trained on.</summary>
    public required BaseModelRef Base { get; init; }

    /// <summary>Who registered it.</summary>
    public required string Actor { get; init; }

    /// <summary>When it was registered, UTC.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The key that makes retries one version.</summary>
    public required string IdempotencyKey { get; init; }

    /// <summary>Ids of the lineage nodes that this version comes from.</summary>
    public IReadOnlyList<string> Lineage { get; init; } = [];

    /// <summary>Licence expression.</summary>
    public string Licence { get; init; } = "";

    /// <summary>Duties that come with the licences.</summary>
    public IReadOnlyList<string> Obligations { get; init; } = [];

    /// <summary>Free text.</summary>
    public string Description { get; init; } = "";

    /// <summary>The address by number.</summary>
    [JsonIgnore]
    public ModelAddress Address => new(Name, Version, null);
}
