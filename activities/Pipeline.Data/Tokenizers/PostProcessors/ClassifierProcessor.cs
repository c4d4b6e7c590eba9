namespace Pipeline.Data.Tokenizers.PostProcessors;

/// <summary>
/// BERT's <c>[CLS] A [SEP] B [SEP]</c> and RoBERTa's <c>&lt;s&gt; A &lt;/s&gt; &lt;/s&gt; B &lt;/s&gt;</c>.
/// </summary>
internal sealed class ClassifierProcessor(
    (int Id, string Text) start, (int Id, string Text) separator, bool isRoberta, bool trimOffsets, bool addPrefixSpace)
    : PostProcessor
{
    internal override int AddedTokens(bool isPair) => !isPair ? 2 : isRoberta ? 4 : 3;

    internal override List<TokenEncoding> Process(List<TokenEncoding> encodings, bool addSpecialTokens)
    {
        if (trimOffsets) encodings.ForEach(encoding => OffsetTrimmer.Trim(encoding, addPrefixSpace));
        if (isRoberta) encodings = [.. encodings.Select(encoding => encoding.With(typeId: 0, sequence: null))];
        return addSpecialTokens ? [.. encodings.Select(Surround)] : encodings;
    }

    private TokenEncoding Surround(TokenEncoding encoding, int index)
    {
        var type = isRoberta ? 0 : index;
        var surrounded = new TokenEncoding();
        if (index == 0) surrounded.Add(start.Id, start.Text, type, default, 1, null);
        else if (isRoberta) surrounded.Add(separator.Id, separator.Text, type, default, 1, null);
        surrounded.Append(encoding.Slice(0, encoding.Count));
        surrounded.Add(separator.Id, separator.Text, type, default, 1, null);
        surrounded.Overflowing = [.. encoding.Overflowing.Select(part => Surround(part, index))];
        return surrounded;
    }
}
