using System.Collections.Concurrent;

namespace Pipeline.Gateway.Routing;

/// <summary>
/// Counts what the routing rules did, and what that saved against sending everything to the dearest model.
/// </summary>
/// <param name="prices">Price of 1,000 tokens by model; <c>*</c> is every other model.</param>
public sealed class RoutingReport(IReadOnlyDictionary<string, double> prices)
{
    private readonly ConcurrentDictionary<(string Rule, string Model), (long Requests, long Tokens)> _counts = new();

    /// <summary>Counts a request.</summary>
    /// <param name="rule">Rule that decided, or <c>named</c> when the client did.</param>
    /// <param name="model">Model that answered.</param>
    /// <param name="tokens">Prompt and answer tokens.</param>
    public void Count(string rule, string model, long tokens) =>
        _counts.AddOrUpdate((rule, model), (1, tokens), (_, count) => (count.Requests + 1, count.Tokens + tokens));

    /// <summary>The report.</summary>
    /// <returns>One row for each rule and model.</returns>
    public IReadOnlyList<RoutingRow> Rows()
    {
        var dearest = prices.Count == 0 ? 0 : prices.Values.Max();
        return [.. _counts.OrderBy(pair => pair.Key.Rule, StringComparer.Ordinal)
            .ThenBy(pair => pair.Key.Model, StringComparer.Ordinal).Select(pair =>
        {
            var price = prices.TryGetValue(pair.Key.Model, out var own) ? own : prices.GetValueOrDefault("*", dearest);
            return new RoutingRow(
                pair.Key.Rule, pair.Key.Model, pair.Value.Requests, pair.Value.Tokens,
                pair.Value.Tokens * price / 1000, pair.Value.Tokens * (dearest - price) / 1000);
        })];
    }
}

/// <summary>What a rule sent to a model.</summary>
/// <param name="Rule">Rule, or <c>named</c>, <c>client</c>, <c>fallback</c>.</param>
/// <param name="Model">Model that answered.</param>
/// <param name="Requests">Number of requests.</param>
/// <param name="Tokens">Prompt and answer tokens.</param>
/// <param name="Cost">Cost in the currency of the prices.</param>
/// <param name="Saved">What the dearest model would have cost more.</param>
public sealed record RoutingRow(string Rule, string Model, long Requests, long Tokens, double Cost, double Saved);
