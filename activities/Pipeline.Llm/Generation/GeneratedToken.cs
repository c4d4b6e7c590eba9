namespace Pipeline.Llm.Generation;

/// <summary>One generated token.</summary>
/// <param name="Id">Token id.</param>
/// <param name="LogProb">Its log-probability under the model, before temperature and penalties, nats.</param>
/// <param name="Entropy">Entropy of the model's whole distribution at this place, nats.</param>
/// <param name="Top">Most likely tokens with their log-probabilities; empty unless asked for.</param>
public sealed record GeneratedToken(int Id, double LogProb, double Entropy, IReadOnlyList<TokenLogProb> Top);

/// <summary>A token with its log-probability.</summary>
/// <param name="Id">Token id.</param>
/// <param name="LogProb">Log-probability, nats.</param>
public readonly record struct TokenLogProb(int Id, double LogProb);
