using Pipeline.Evaluation.Text;

namespace Pipeline.Evaluation.Metrics;

/// <summary>Perplexities of texts from their summed log-likelihoods.</summary>
/// <remarks>
/// Words are the pieces of a split at every run of white space, so leading or trailing white space adds one; bytes are
/// UTF-8.
/// Source: the definitions of lm-evaluation-harness.
/// </remarks>
public static class Perplexity
{
    /// <summary><c>exp(-Σ log-likelihood / Σ units)</c>.</summary>
    /// <param name="logLikelihoods">Sum of a text's log-probabilities in nats.</param>
    /// <param name="units">Its tokens, words or bytes.</param>
    /// <returns>At least 1.</returns>
    public static double Of(IEnumerable<double> logLikelihoods, IEnumerable<int> units) =>
        Math.Exp(-logLikelihoods.Sum() / units.Sum());

    /// <summary><c>-Σ log-likelihood / Σ bytes / ln 2</c>.</summary>
    /// <param name="logLikelihoods">Sum of a text's log-probabilities in nats.</param>
    /// <param name="bytes">Its UTF-8 bytes.</param>
    /// <returns>Bits per byte.</returns>
    public static double BitsPerByte(IEnumerable<double> logLikelihoods, IEnumerable<int> bytes) =>
        -logLikelihoods.Sum() / bytes.Sum() / Math.Log(2);

    /// <summary>Words of a text as the word perplexity counts them.</summary>
    /// <param name="text">The text.</param>
    /// <returns>At least 1.</returns>
    public static int Words(string text) => UnicodeText.CountPieces(text);

    /// <summary>UTF-8 bytes of a text.</summary>
    /// <param name="text">The text.</param>
    /// <returns>Number of bytes.</returns>
    public static int Bytes(string text) => System.Text.Encoding.UTF8.GetByteCount(text);
}
