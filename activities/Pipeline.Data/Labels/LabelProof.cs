using Pipeline.Data.Formats;
using Pipeline.Data.Readers;
using Pipeline.Data.Tokenizers;

namespace Pipeline.Data.Labels;

/// <summary>
/// Proves the labels of a row: what the weights teach is exactly the text that is to be learned, with its terminators,
/// and nothing of the other turns. There is no way to build a dataset without it.
/// </summary>
internal static class LabelProof
{
    /// <summary>Checks a row.</summary>
    /// <param name="tokenizer">The tokenizer that made the ids.</param>
    /// <param name="row">Its ids, places and weights.</param>
    /// <param name="needsTerminator">Whether something must end with a learned terminator.</param>
    /// <returns>The learned texts in order.</returns>
    /// <exception cref="RowFaultException">The labels are wrong; the code says how.</exception>
    public static IReadOnlyList<string> Check(HuggingFaceTokenizer tokenizer, Supervision row, bool needsTerminator)
    {
        var (ids, offsets, weights) = (row.Encoded.Ids, row.Encoded.Offsets, row.Weights);
        if (ids.Length != weights.Length || ids.Length != offsets.Length)
            throw Wrong("E-LABEL-LENGTH", $"{ids.Length} ids, {offsets.Length} places and {weights.Length} weights");
        if (!weights.Any(w => w > 0)) throw Wrong("E-LABEL-NONE", "no token is learned");
        var runs = Runs(weights);
        CheckPlaces(row, runs);
        CheckTexts(tokenizer, row, runs);
        var missing = row.Terminators.FirstOrDefault(t => t < 0 || weights[t] <= 0, -2);
        if (needsTerminator && (row.Terminators.Count == 0 || missing != -2))
            throw Wrong(
                "E-LABEL-TERMINATOR",
                "an end-of-turn or end-of-text token is missing from what is learned; a model trained on it would not "
                    + "stop");
        if (ids.Length > 1 && ids[0] == ids[1] && tokenizer.PrefixIds.Length > 0 && tokenizer.PrefixIds[0] == ids[0])
            throw Wrong("E-LABEL-DOUBLE-START",
                "the text starts with two start-of-text tokens; the template writes one and the tokenizer another");
        return [.. runs.Select(run => Slice(row, run))];
    }

    /// <summary>Stretches of neighbouring learned tokens.</summary>
    private static List<(int First, int End)> Runs(float[] weights)
    {
        var runs = new List<(int, int)>();
        for (var i = 0; i < weights.Length; i++)
        {
            var first = i;
            while (i < weights.Length && weights[i] > 0) i++;
            if (i > first) runs.Add((first, i));
        }

        return runs;
    }

    /// <summary>
    /// Learned tokens lie inside what is to be learned, cover all of it and touch no other text of the row.
    /// </summary>
    private static void CheckPlaces(Supervision row, List<(int First, int End)> runs)
    {
        var learned = new bool[row.Text.Length];
        foreach (var (first, end) in runs)
        {
            for (var i = first; i < end; i++)
            {
                var (from, to) = (row.Encoded.Offsets[i].Start, row.Encoded.Offsets[i].End);
                if (row.Forbidden.FirstOrDefault(f => from < f.End && to > f.Start) is { End: > 0 } other)
                    throw Wrong("E-LABEL-UNMASKED",
                        $"text that is not to be learned is: '{row.Text[other.Start..other.End].Truncated()}'");
                learned.AsSpan(from, to - from).Fill(true);
            }
        }

        var wanted = new bool[row.Text.Length];
        foreach (var (start, end) in row.Expected) wanted.AsSpan(start, end - start).Fill(true);
        for (var i = 0; i < wanted.Length; i++)
        {
            if (learned[i] && !wanted[i])
                throw Wrong(
                    "E-LABEL-EXTRA",
                    $"a token reaches over the edge of what is to be learned, at '{Around(row.Text, i)}'");
            if (wanted[i] && !learned[i] && !row.IsPartial)
                throw Wrong("E-LABEL-GAP", $"a part of what is to be learned is not, at '{Around(row.Text, i)}'");
        }
    }

    /// <summary>The learned ids decode to the learned texts.</summary>
    private static void CheckTexts(HuggingFaceTokenizer tokenizer, Supervision row, List<(int First, int End)> runs)
    {
        foreach (var run in runs)
        {
            var wanted = Slice(row, run);
            var decoded = tokenizer.Decode(
                row.Encoded.Ids.AsSpan(run.First, run.End - run.First).ToArray(), skipSpecialTokens: false);
            if (decoded == wanted || decoded == wanted.TrimStart(' ') || row.IsPartial) continue;

            // A normalizer may have changed the text; then a round trip of the text itself gives the same.
            if (decoded.Trim(' ')
                == tokenizer.Decode(tokenizer.Encode(wanted, addSpecialTokens: false), skipSpecialTokens: false)
                .Trim(' ')) continue;
            throw Wrong(
                "E-LABEL-TEXT",
                $"the learned ids decode to '{decoded.Truncated()}', the text to learn is '{wanted.Truncated()}'");
        }
    }

    private static string Slice(Supervision row, (int First, int End) run) =>
        row.Text[row.Encoded.Offsets[run.First].Start..row.Encoded.Offsets[run.End - 1].End];

    private static string Around(string text, int at) =>
        text[Math.Max(0, at - 15)..Math.Min(text.Length, at + 15)].Truncated();

    private static RowFaultException Wrong(string code, string reason) => new(code, reason);
}
