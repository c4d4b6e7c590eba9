namespace Pipeline.Gateway.Access;

/// <summary>Metadata of an endpoint: who may call it.</summary>
/// <param name="Level">The level.</param>
public sealed record AccessRule(AccessLevel Level);
