namespace Pipeline.Data.Dedup.Semantic;

/// <summary>
/// Turns texts into vectors whose direction stands for the meaning; a language model behind it is not this library's
/// business.
/// </summary>
public interface ITextEmbedder
{
    /// <summary>Components of a vector.</summary>
    int Dimensions { get; }

    /// <summary>Largest number of texts in one call.</summary>
    int BatchSize { get; }

    /// <summary>Embeds texts; the same text must always give the same vector, whatever stands beside it.</summary>
    /// <param name="texts">Texts, at most <see cref="BatchSize"/>.</param>
    /// <param name="vectors">Receives <c>[texts, Dimensions]</c>, row by row; any length, but not zero.</param>
    void Embed(IReadOnlyList<string> texts, Span<float> vectors);
}
