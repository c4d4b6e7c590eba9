using Pipeline.Data.Formats;
using Pipeline.Data.Tokenizers;

namespace Pipeline.Data.Labels;

/// <summary>
/// Encodes a rendered text so that only the template can make control ids. Where the row's own text spells a control
/// token, the stretch around it up to the template's next control tokens is encoded as ordinary text.
/// </summary>
/// <remarks>
/// The assistant's text may hold added tokens that are not special, such as the marks of its reasoning, because the
/// model is to write them; special tokens never.
/// </remarks>
internal sealed class SafeEncoder(HuggingFaceTokenizer tokenizer, bool trustContent)
{
    /// <summary>Encodes.</summary>
    /// <param name="text">Rendered text.</param>
    /// <param name="data">Ranges of the row's own text and whether they are the assistant's.</param>
    /// <param name="cuts">Places where a token must end, ascending.</param>
    /// <exception cref="RowFaultException">A control id is left in the row's own text
    /// (<c>E-LABEL-CONTROL</c>).</exception>
    public EncodedText Encode(
        string text, IReadOnlyList<(int Start, int End, bool IsAssistant)> data, IReadOnlyList<int> cuts)
    {
        var (ids, offsets, controls, from) = (new List<int>(), new List<TokenOffset>(), 0, 0);
        foreach (var cut in cuts.Append(text.Length))
        {
            if (cut <= from) continue;
            var first = ids.Count;
            tokenizer.AppendWithOffsets(
                from == 0 && cut == text.Length ? text : text[from..cut], AddedTokenParsing.All, from, ids, offsets);
            if (!trustContent) controls += Repair(text, (from, cut), first, ids, offsets, data);
            from = cut;
        }

        var result = new EncodedText([.. ids], [.. offsets], controls);
        if (!trustContent && FirstForbidden(result.Ids, result.Offsets, 0, data) is var left && left >= 0)
        {
            throw new RowFaultException("E-LABEL-CONTROL",
                $"the row's text would give control token '{tokenizer.IdToToken(result.Ids[left])}'");
        }

        return result;
    }

    private int FirstForbidden(IReadOnlyList<int> ids, IReadOnlyList<TokenOffset> offsets, int from,
        IReadOnlyList<(int Start, int End, bool IsAssistant)> data)
    {
        for (var i = from; i < ids.Count; i++)
        {
            if (tokenizer.IsControl(ids[i]) && IsForbidden(ids[i], offsets[i], data)) return i;
        }

        return -1;
    }

    private bool IsForbidden(int id, TokenOffset offset, IReadOnlyList<(int Start, int End, bool IsAssistant)> data)
    {
        foreach (var (start, end, isAssistant) in data)
        {
            if (offset.Start < end && offset.End > start && (!isAssistant || tokenizer.AddedTokens[id].Special))
                return true;
        }

        return false;
    }

    /// <summary>Encodes the stretches around forbidden tokens again; returns how many tokens were forbidden.</summary>
    private int Repair(string text, (int Start, int End) piece, int first, List<int> ids, List<TokenOffset> offsets,
        IReadOnlyList<(int Start, int End, bool IsAssistant)> data)
    {
        if (FirstForbidden(ids, offsets, first, data) < 0) return 0;
        var (oldIds, oldOffsets) = (ids[first..], offsets[first..]);
        ids.RemoveRange(first, oldIds.Count);
        offsets.RemoveRange(first, oldOffsets.Count);
        var forbidden = 0;
        for (var i = 0; i < oldIds.Count;)
        {
            if (tokenizer.IsControl(oldIds[i]) && !IsForbidden(oldIds[i], oldOffsets[i], data))
            {
                ids.Add(oldIds[i]);
                offsets.Add(oldOffsets[i++]);
                continue;
            }

            var (end, found) = (i, 0);
            for (; end < oldIds.Count; end++)
            {
                if (!tokenizer.IsControl(oldIds[end])) continue;
                if (!IsForbidden(oldIds[end], oldOffsets[end], data)) break;
                found++;
            }

            if (found == 0)
            {
                ids.AddRange(oldIds[i..end]);
                offsets.AddRange(oldOffsets[i..end]);
            }
            else
            {
                var start = i == 0 ? piece.Start : oldOffsets[i - 1].End;
                var stop = end == oldIds.Count ? piece.End : oldOffsets[end].Start;
                tokenizer.AppendWithOffsets(text[start..stop], AddedTokenParsing.UserText, start, ids, offsets);
            }

            forbidden += found;
            i = end;
        }

        return forbidden;
    }
}
