namespace Pipeline.Workflows.Inputs;

/// <summary>How the result is packaged and named.</summary>
public sealed record PackageOptions
{
    /// <summary>Name of the adapter in the registry and of the model that clients ask for.</summary>
    /// <value>The default is <c>debian-sections</c>.</value>
    public string Name { get; init; } = "debian-sections";

    /// <summary>Alias that a promotion moves.</summary>
    /// <value>The default is <c>champion</c>.</value>
    public string Alias { get; init; } = "champion";

    /// <summary>Use of the result: <c>commercial</c> or <c>research</c>.</summary>
    /// <value>The default is <c>research</c>.</value>
    public string Use { get; init; } = "research";

    /// <summary>Why an unknown licence is accepted; it is recorded. Empty accepts none.</summary>
    /// <value>The default is empty.</value>
    public string LicenceWaiver { get; init; } = "";

    /// <summary>Prompts of the merge-parity check.</summary>
    /// <value>The default is 16.</value>
    public int ParityPrompts { get; init; } = 16;
}
