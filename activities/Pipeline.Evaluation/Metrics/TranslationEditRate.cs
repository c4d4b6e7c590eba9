namespace Pipeline.Evaluation.Metrics;

/// <summary>Translation edit rate: edits, block shifts included, per reference word.</summary>
/// <param name="options">Settings; null for the defaults.</param>
/// <remarks>
/// Shifts are found greedily, at most ten words long and fifty words far. Source: Snover et al. 2006; limits of tercom
/// and sacreBLEU 2.6.
/// </remarks>
public sealed class TranslationEditRate(TerOptions? options = null)
{
    private const int MaxShiftLength = 10;
    private const int MaxShiftDistance = 50;
    private const int MaxCandidates = 1000;
    private readonly TerOptions _options = options ?? new TerOptions();

    /// <summary>Scores one text.</summary>
    /// <param name="prediction">The generated text.</param>
    /// <param name="references">At least one reference; the fewest edits count.</param>
    /// <returns>The rate in percent; 100 for an empty reference and a non-empty prediction.</returns>
    public TerScore Sentence(string prediction, IReadOnlyList<string> references) => Corpus([(prediction, references)]);

    /// <summary>Scores a set of texts by pooled edits and lengths.</summary>
    /// <param name="pairs">Predictions with their references.</param>
    /// <returns>The rate in percent.</returns>
    public TerScore Corpus(IEnumerable<(string Prediction, IReadOnlyList<string> References)> pairs)
    {
        var (edits, length) = (0, 0.0);
        foreach (var (prediction, references) in pairs)
        {
            var words = TerText.Words(prediction, _options);
            var targets = references.Select(reference => TerText.Words(reference, _options)).ToArray();
            edits += targets.Min(target => Edits(words, target));
            length += targets.Average(target => target.Length);
        }

        var rate = length > 0 ? edits / length : edits > 0 ? 1.0 : 0.0;
        return new TerScore(100 * rate, edits, length);
    }

    private static int Edits(string[] prediction, string[] reference)
    {
        if (reference.Length == 0) return prediction.Length;
        var (shifts, candidates) = (0, 0);
        var current = prediction;
        while (true)
        {
            var (gain, shifted) = BestShift(current, reference, ref candidates);
            if (candidates >= MaxCandidates || gain <= 0) break;
            shifts++;
            current = shifted;
        }

        return shifts + WordAlignment.Of(current, reference).Cost;
    }

    private static (int Gain, string[] Shifted) BestShift(string[] words, string[] reference, ref int candidates)
    {
        var alignment = WordAlignment.Of(words, reference);
        var best = (Gain: 0, Length: 0, Start: 0, Target: 0, Words: words, Found: false);
        foreach (var (start, at, length) in Matches(words, reference))
        {
            if (!HasError(alignment.PredictionError, start, length) || !HasError(alignment.ReferenceError, at, length))
                continue;
            var aligned = alignment.Position[at];
            if (start <= aligned && aligned < start + length) continue;
            var previous = -1;
            for (var offset = -1; offset < length && at + offset < reference.Length; offset++)
            {
                var target = at + offset == -1 ? 0 : alignment.Position[at + offset] + 1;
                if (target == previous) continue;
                previous = target;
                var shifted = Move(words, start, length, target);
                var gain = alignment.Cost - WordAlignment.Of(shifted, reference).Cost;
                candidates++;
                // Most edits saved, then the longest block, then the earliest start and target.
                if (best.Found && (gain, length, -start, -target)
                    .CompareTo((best.Gain, best.Length, -best.Start, -best.Target)) <= 0) continue;
                best = (gain, length, start, target, shifted, true);
            }

            if (candidates >= MaxCandidates) break;
        }

        return (best.Gain, best.Words);
    }

    private static IEnumerable<(int Start, int At, int Length)> Matches(string[] words, string[] reference)
    {
        for (var start = 0; start < words.Length; start++)
        {
            for (var at = Math.Max(0, start - MaxShiftDistance); at < reference.Length
                && at - start <= MaxShiftDistance; at++)
            {
                for (var length = 1; length <= MaxShiftLength && start + length <= words.Length
                    && at + length <= reference.Length; length++)
                {
                    if (words[start + length - 1] != reference[at + length - 1]) break;
                    yield return (start, at, length);
                }
            }
        }
    }

    private static bool HasError(bool[] errors, int start, int length) => errors.AsSpan(start, length).Contains(true);

    private static string[] Move(string[] words, int start, int length, int target)
    {
        var block = words[start..(start + length)];
        string[] rest = [.. words[..start], .. words[(start + length)..]];
        // Positions behind the block count it; one inside it moves the block behind the words that follow.
        var at = target < start ? target : target > start + length ? target - length : Math.Min(target, rest.Length);
        return [.. rest[..at], .. block, .. rest[at..]];
    }
}
