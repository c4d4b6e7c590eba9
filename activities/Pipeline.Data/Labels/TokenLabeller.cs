using Pipeline.Data.Formats;
using Pipeline.Data.Packing;
using Pipeline.Data.Readers;
using Pipeline.Data.Tokenizers;

namespace Pipeline.Data.Labels;

/// <summary>Takes rows that are tokens already.</summary>
/// <remarks>
/// There is no text to prove the labels against, so what can be known is: every id is one of this tokenizer, every
/// label is its id or -100, something is learned, and every learned stretch ends with a special token where it is
/// followed by something that is not learned.
/// </remarks>
internal sealed class TokenLabeller(HuggingFaceTokenizer tokenizer)
{
    public LabelledRow Label(string id, TokenRow tokens)
    {
        var (ids, labels) = (tokens.InputIds, tokens.Labels);
        var foreign = Array.FindIndex(ids, i => i >= tokenizer.IdLimit || tokenizer.IdToToken(i) is null);
        if (foreign >= 0)
            throw new RowFaultException(
                "E-LABEL-VOCAB",
                $"'input_ids[{foreign}]' is {ids[foreign]}, which the tokenizer does not have (ids below "
                    + $"{tokenizer.IdLimit}); the row was made with another tokenizer");
        if (labels.All(label => label == TokenRow.Ignored))
            throw new RowFaultException("E-LABEL-NONE", "no token is learned");
        for (var i = 0; i < ids.Length; i++)
        {
            var isLast = labels[i] != TokenRow.Ignored && (i + 1 == ids.Length || labels[i + 1] == TokenRow.Ignored);
            if (isLast && !IsEnd(ids[i]))
                throw new RowFaultException(
                    "E-LABEL-TERMINATOR",
                    $"the learned tokens up to {i} end with '{tokenizer.IdToToken(ids[i])?.Truncated()}', not with a "
                        + $"special token; a model trained on them would not stop");
        }

        float[] weights = [.. labels.Select(label => label == TokenRow.Ignored ? 0f : 1f)];
        return new LabelledRow(id, ids, weights)
        {
            Text = tokenizer.Decode(ids, skipSpecialTokens: false),
            Trained = [.. Stretches(weights).Select(s => tokenizer.Decode(ids[s], skipSpecialTokens: false))],
            NeedsTerminator = true,
            EndsWithTerminator = true,
        };
    }

    private bool IsEnd(int id) => tokenizer.AddedTokens.TryGetValue(id, out var token) && token.Special;

    private static IEnumerable<Range> Stretches(float[] weights)
    {
        for (var i = 0; i < weights.Length; i++)
        {
            var first = i;
            while (i < weights.Length && weights[i] > 0) i++;
            if (i > first) yield return first..i;
        }
    }
}
