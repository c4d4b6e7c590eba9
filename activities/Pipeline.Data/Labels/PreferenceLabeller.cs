using Pipeline.Data.ChatTemplates;
using Pipeline.Data.Formats;
using Pipeline.Data.Packing;
using Pipeline.Data.Tokenizers;

namespace Pipeline.Data.Labels;

/// <summary>Turns preference rows into ids: both answers pass the same proof as rows of a training set.</summary>
public sealed class PreferenceLabeller
{
    private readonly RowLabeller _labeller;
    private readonly LabelOptions _options;

    /// <summary>Prepares labelling.</summary>
    /// <param name="pretrained">Tokenizer and special tokens of the model.</param>
    /// <param name="template">Chat template; needed for conversations only.</param>
    /// <param name="options">Longest row and what happens to longer ones; what is learned is always the answer.</param>
    public PreferenceLabeller(PretrainedTokenizer pretrained, ChatTemplate? template, LabelOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options with { TrainOn = TrainOn.Completion };
        _labeller = new RowLabeller(pretrained, template, _options);
    }

    /// <summary>Encodes both answers and proves where they start and that they end.</summary>
    /// <param name="row">A canonical row with a preference.</param>
    /// <returns>Ids, not yet cut to a length.</returns>
    /// <exception cref="RowFaultException">The row is no preference row, or the labels of an answer cannot be
    /// proven.</exception>
    public PreferenceTokens Label(CanonicalRow row)
    {
        ArgumentNullException.ThrowIfNull(row);
        var pair = row.Preference
            ?? throw new RowFaultException("E-FMT-PREFERENCE", "the row has no 'chosen' and 'rejected'");
        var (chosen, rejected) = (Split(_labeller.Label(pair.Chosen)), Split(_labeller.Label(pair.Rejected)));
        return chosen.Prompt.AsSpan().SequenceEqual(rejected.Prompt)
            ? new PreferenceTokens(row.Id, chosen.Prompt, chosen.Answer, rejected.Answer)
            : throw new RowFaultException(
                "E-LABEL-PROMPT",
                "the prompt becomes other tokens before the chosen answer than before the rejected one, so their "
                    + "likelihoods cannot be compared");
    }

    /// <summary>Applies the maximal length to prompt and answer together.</summary>
    /// <param name="tokens">Ids of a row.</param>
    /// <param name="removed">Why the row is dropped, <c>over-length</c> or <c>no-label-left</c>; null when it is
    /// kept.</param>
    /// <returns>Rows with the chosen and the rejected answer, cut where the policy says so.</returns>
    /// <exception cref="RowFaultException">A row is too long and the policy is to fail
    /// (<c>E-LABEL-OVERLENGTH</c>).</exception>
    public (TokenRow Chosen, TokenRow Rejected) Fit(PreferenceTokens tokens, out string? removed)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        var (chosen, first) = Cut(tokens.Id, tokens.ChosenRow());
        var (rejected, second) = Cut(tokens.Id, tokens.RejectedRow());
        removed = first ?? second;
        return (chosen, rejected);
    }

    /// <summary>Joins pairs into one padded batch: all chosen rows, then all rejected rows.</summary>
    /// <param name="pairs">At least one pair, as <see cref="Fit"/> gives them.</param>
    /// <param name="padTokenId">Token of padding.</param>
    /// <returns>A batch of <c>[2b, s]</c>; labels that are not -100 are the answers.</returns>
    public static TokenBatch Collate(IReadOnlyList<(TokenRow Chosen, TokenRow Rejected)> pairs, int padTokenId)
    {
        ArgumentNullException.ThrowIfNull(pairs);
        return TokenCollator.Collate([.. pairs.Select(p => p.Chosen), .. pairs.Select(p => p.Rejected)],
            new CollatorOptions { PadTokenId = padTokenId });
    }

    private (TokenRow Row, string? Removed) Cut(string id, TokenRow row)
    {
        float[] weights = [.. row.Labels.Select(label => label == TokenRow.Ignored ? 0f : 1f)];
        var fitted = _labeller.Fit(
            new LabelledRow(id, row.InputIds, weights) { Text = string.Empty, Trained = [] }, out var removed);
        return (fitted.ToTokenRow(), removed);
    }

    private static (int[] Prompt, int[] Answer) Split(LabelledRow row)
    {
        var first = Array.FindIndex(row.Weights, weight => weight > 0);
        return (row.Ids[..first], row.Ids[first..]);
    }
}
