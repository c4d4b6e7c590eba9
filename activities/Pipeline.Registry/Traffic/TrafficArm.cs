namespace Pipeline.Registry.Traffic;

/// <summary>
/// One inference flow behind an alias: an adapter version, an optional prompt and optional decoding parameters.
/// </summary>
public sealed record TrafficArm
{
    /// <summary>The adapter as <c>name@version</c>, or <c>base</c> for the base model alone.</summary>
    public required string Adapter { get; init; }

    /// <summary>
    /// Digest of the adapter's files or of its package in the registry, lower-case hexadecimal; a gateway serves no
    /// other. Empty does not pin.
    /// </summary>
    public string Digest { get; init; } = "";

    /// <summary>System prompt put in front of chats that bring none; null adds nothing.</summary>
    public string? SystemPrompt { get; init; }

    /// <summary>Temperature for requests that set none; null leaves the model's default.</summary>
    public double? Temperature { get; init; }

    /// <summary>Nucleus probability for requests that set none; null leaves the model's default.</summary>
    public double? TopP { get; init; }
}
