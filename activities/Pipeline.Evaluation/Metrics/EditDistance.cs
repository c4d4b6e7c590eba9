namespace Pipeline.Evaluation.Metrics;

/// <summary>Levenshtein distance: insertions, deletions and substitutions.</summary>
public static class EditDistance
{
    /// <summary>The distance between two sequences of any unit: code points, bytes or words.</summary>
    /// <typeparam name="T">The unit.</typeparam>
    /// <param name="left">One sequence.</param>
    /// <param name="right">The other.</param>
    /// <returns>Number of edits.</returns>
    public static int Between<T>(ReadOnlySpan<T> left, ReadOnlySpan<T> right)
        where T : IEquatable<T>
    {
        var row = new int[right.Length + 1];
        for (var j = 0; j < row.Length; j++) row[j] = j;
        for (var i = 1; i <= left.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j < row.Length; j++)
            {
                var substituted = diagonal + (left[i - 1].Equals(right[j - 1]) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(substituted, 1 + Math.Min(row[j], row[j - 1]));
            }
        }

        return row[^1];
    }

    /// <summary>Word error rate: edits per word of the reference.</summary>
    /// <param name="prediction">The generated text.</param>
    /// <param name="reference">The reference.</param>
    /// <returns>Edits per word; null when the reference has no word.</returns>
    public static double? WordErrorRate(string prediction, string reference)
    {
        var target = Text.UnicodeText.Words(reference);
        return target.Length == 0 ? null : (double)Between<string>(Text.UnicodeText.Words(prediction), target)
            / target.Length;
    }

    /// <summary>Character error rate: edits per code point of the reference.</summary>
    /// <param name="prediction">The generated text.</param>
    /// <param name="reference">The reference.</param>
    /// <returns>Edits per code point; null when the reference is empty.</returns>
    public static double? CharacterErrorRate(string prediction, string reference)
    {
        var target = Text.UnicodeText.CodePoints(reference);
        return target.Length == 0 ? null : (double)Between<int>(Text.UnicodeText.CodePoints(prediction), target)
            / target.Length;
    }
}
