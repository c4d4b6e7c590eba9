using Pipeline.Data.Formats;
using Pipeline.Data.Tokenizers;

namespace Pipeline.Data.Labels;

/// <summary>Labels documents: texts, prompt and completion, and parts with a loss flag each.</summary>
internal sealed class DocumentLabeller(HuggingFaceTokenizer tokenizer, string? eosToken, LabelOptions options)
{
    private readonly AddedTokenParsing _parsing = options.TrustContent
        ? AddedTokenParsing.All : AddedTokenParsing.UserText;
    private readonly int? _eos = eosToken is null ? null : tokenizer.TokenToId(eosToken);

    /// <summary>Labels a text with an end-of-text token behind it.</summary>
    public Supervision Text(string text)
    {
        var (ids, offsets, whole) = WithEnd(text, []);
        var everything = ConversationLabeller.Everything(whole, new EncodedText(ids, offsets, ControlTexts(text)));

        // The start-of-text token has nothing before it to be predicted from.
        everything.Weights.AsSpan(0, tokenizer.PrefixIds.Length).Clear();
        return everything;
    }

    /// <summary>Labels the completion and the end-of-text token behind it.</summary>
    /// <remarks>
    /// Without realignment this is the reference's rule: both together are encoded once, the prompt is encoded alone,
    /// and the completion starts where the two differ first.
    /// </remarks>
    public Supervision PromptAndCompletion(string prompt, string completion, bool realign)
    {
        var (ids, offsets, whole) = WithEnd(prompt + completion, realign ? [prompt.Length] : []);
        int[] alone = [.. tokenizer.PrefixIds, .. tokenizer.Encode(prompt, addSpecialTokens: false, _parsing)];
        var everything = options.TrainOn == TrainOn.All;
        var first = everything ? 0 : realign ? Math.Max(0, Array.FindIndex(offsets, o => o.Start >= prompt.Length))
            : alone.AsSpan().CommonPrefixLength(ids);
        var weights = new float[ids.Length];
        weights.AsSpan(Math.Max(first, tokenizer.PrefixIds.Length)).Fill(1f);
        var controls = ControlTexts(prompt) + ControlTexts(completion);
        return new Supervision(whole, new EncodedText(ids, offsets, controls), weights)
        {
            Expected = [(everything ? 0 : prompt.Length, whole.Length)],
            Forbidden = everything ? [] : [(0, prompt.Length)],
            Terminators = [ids.Length - 1],
        };
    }

    /// <summary>Labels parts; each is encoded alone and nothing is added, so no token spans two parts.</summary>
    public Supervision Parts(IReadOnlyList<TextPart> parts)
    {
        var (ids, offsets, weights) = (new List<int>(), new List<TokenOffset>(), new List<float>());
        var (expected, forbidden, at, controls) = (new List<(int, int)>(), new List<(int, int)>(), 0, 0);
        foreach (var part in parts)
        {
            tokenizer.AppendWithOffsets(part.Text, _parsing, at, ids, offsets);
            var weight = options.TrainOn == TrainOn.All ? 1f : part.Loss ? (float)(part.Weight ?? 1) : 0f;
            weights.AddRange(Enumerable.Repeat(weight, ids.Count - weights.Count));
            (weight > 0 ? expected : forbidden).Add((at, at + part.Text.Length));
            controls += ControlTexts(part.Text);
            at += part.Text.Length;
        }

        var text = string.Concat(parts.Select(p => p.Text));
        return new Supervision(text, new EncodedText([.. ids], [.. offsets], controls), [.. weights])
        {
            Expected = expected,
            Forbidden = forbidden,
        };
    }

    private (int[] Ids, TokenOffset[] Offsets, string Text) WithEnd(string text, IReadOnlyList<int> cuts)
    {
        // An end-of-text token that the text already spells is the real one, as in the reference.
        var body = eosToken is not null && text.EndsWith(eosToken, StringComparison.Ordinal)
            ? text[..^eosToken.Length] : text;
        var (ids, offsets) = (new List<int>(tokenizer.PrefixIds.ToArray()), new List<TokenOffset>());
        offsets.AddRange(Enumerable.Repeat(default(TokenOffset), ids.Count));
        var from = 0;
        foreach (var cut in cuts.Append(body.Length))
        {
            tokenizer.AppendWithOffsets(
                body[from..Math.Max(from, Math.Min(cut, body.Length))], _parsing, from, ids, offsets);
            from = Math.Max(from, Math.Min(cut, body.Length));
        }

        if (_eos is not { } eos) return ([.. ids], [.. offsets], body);
        ids.Add(eos);
        offsets.Add(new TokenOffset(body.Length, body.Length + eosToken!.Length)); // _eos comes from it
        return ([.. ids], [.. offsets], body + eosToken);
    }

    private int ControlTexts(string text)
    {
        var count = 0;
        foreach (var token in tokenizer.AddedTokens.Values)
        {
            if (!tokenizer.IsControl(token.Id)) continue;
            for (var at = text.IndexOf(token.Content, StringComparison.Ordinal); at
                >= 0; at = text.IndexOf(token.Content, at + token.Content.Length, StringComparison.Ordinal)) count++;
        }

        return count;
    }
}
