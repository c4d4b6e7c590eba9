using Pipeline.Registry.Models;

namespace Pipeline.Registry.Webhooks;

/// <summary>Someone who wants to hear of a model's events.</summary>
public sealed record Webhook
{
    /// <summary>Id, in the form of a model name.</summary>
    public required string Id { get; init; }

    /// <summary>Model name.</summary>
    public required string Model { get; init; }

    /// <summary>Destination; must be on the allow-list, at registration and at every delivery.</summary>
    public required string Url { get; init; }

    /// <summary>Kinds to send; empty sends all.</summary>
    public IReadOnlyList<RegistryEventKind> Kinds { get; init; } = [];

    /// <summary>
    /// Name of the environment variable with the signing secret; empty sends unsigned. The secret itself is never
    /// stored.
    /// </summary>
    public string SecretVariable { get; init; } = "";
}

/// <summary>What a delivery run did.</summary>
/// <param name="Webhook">Id of the webhook.</param>
/// <param name="Delivered">Events that the receiver accepted.</param>
/// <param name="Failure">Why the run stopped early; empty when everything was delivered.</param>
public sealed record WebhookDelivery(string Webhook, int Delivered, string Failure);
