namespace Pipeline.Gateway.Routing;

/// <summary>Sends a request that names no model to one; every given condition must hold.</summary>
public sealed record RoutingRule
{
    /// <summary>Name for the report.</summary>
    public required string Name { get; init; }

    /// <summary>Model that answers.</summary>
    public required string Target { get; init; }

    /// <summary>Ids of clients; empty means any.</summary>
    public IReadOnlyList<string> Clients { get; init; } = [];

    /// <summary>
    /// Words of which the last user turn holds at least one, whatever their case; empty means any text.
    /// </summary>
    public IReadOnlyList<string> AnyOf { get; init; } = [];

    /// <summary>Shortest text, characters.</summary>
    public int MinCharacters { get; init; }

    /// <summary>Longest text, characters.</summary>
    public int MaxCharacters { get; init; } = int.MaxValue;

    /// <summary>Whether the rule decides a request.</summary>
    /// <param name="clientId">Id of the client.</param>
    /// <param name="text">Last user turn or prompt.</param>
    /// <returns>Whether all conditions hold.</returns>
    public bool Matches(string clientId, string text) =>
        (Clients.Count == 0 || Clients.Contains(clientId))
        && text.Length >= MinCharacters && text.Length <= MaxCharacters
        && (AnyOf.Count == 0 || AnyOf.Any(word => text.Contains(word, StringComparison.OrdinalIgnoreCase)));

    /// <summary>Refuses a rule that cannot match or names no target.</summary>
    /// <exception cref="InvalidDataException">The rule is not acceptable.</exception>
    internal void Check()
    {
        if (Name.Length is 0 or > 63 || Target.Length == 0 || MinCharacters > MaxCharacters)
        {
            throw new InvalidDataException(
                $"rules: '{Name}' needs a name of at most 63 characters, a target, and minCharacters ≤ maxCharacters");
        }
    }
}
