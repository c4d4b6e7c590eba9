

namespace Pipeline.Data.Labels;

/// <summary>An encoded text with the weight of each token.</summary>
internal sealed record Supervision(string Text, EncodedText Encoded, float[] Weights)
{
    /// <summary>Ranges of the text that are to be learned completely, in order.</summary>
    public required IReadOnlyList<(int Start, int End)> Expected { get; init; }

    /// <summary>Ranges of the row's own text that must not be learned.</summary>
    public IReadOnlyList<(int Start, int End)> Forbidden { get; init; } = [];

    /// <summary>Places of learned terminators: token indexes.</summary>
    public IReadOnlyList<int> Terminators { get; init; } = [];

    /// <summary>
    /// Whether some tokens inside <see cref="Expected"/> are left out on purpose, by weights of spans.
    /// </summary>
    public bool IsPartial { get; init; }

    /// <summary>Whether a learned token reaches over the edge of a range.</summary>
    public bool Straddles()
    {
        for (var i = 0; i < Weights.Length; i++)
        {
            if (Weights[i] > 0
                && !Expected.Any(range => Encoded.Offsets[i].Start >= range.Start
                    && Encoded.Offsets[i].End <= range.End)) return true;
        }

        return false;
    }

}
