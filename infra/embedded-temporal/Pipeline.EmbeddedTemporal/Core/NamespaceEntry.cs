namespace Pipeline.EmbeddedTemporal.Core;

// A namespace and its registered custom search attributes.
internal sealed class NamespaceEntry
{
    public required string Name { get; init; }

    public required string Id { get; init; }

    public string Description { get; set; } = "";

    public string OwnerEmail { get; set; } = "";

    public Dictionary<string, string> Data { get; set; } = [];

    public TimeSpan Retention { get; set; } = TimeSpan.FromDays(30);

    public Temporalio.Api.Enums.V1.NamespaceState Status { get; set; } =
        Temporalio.Api.Enums.V1.NamespaceState.Registered;

    public Dictionary<string, IndexedValueType> SearchAttributes { get; set; } = new(StringComparer.Ordinal);
}
