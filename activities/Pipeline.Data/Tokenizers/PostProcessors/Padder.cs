namespace Pipeline.Data.Tokenizers.PostProcessors;

/// <summary>Fills encodings up to a common length.</summary>
internal static class Padder
{
    internal static void Pad(IReadOnlyList<TokenEncoding> encodings, PaddingOptions options)
    {
        if (encodings.Count == 0) return;
        var length = options.FixedLength ?? encodings.Max(encoding => encoding.Count);
        if (options.MultipleOf is > 0 and var multiple && length % multiple != 0)
            length += multiple - (length % multiple);
        foreach (var encoding in encodings) Pad(encoding, length, options);
    }

    private static void Pad(TokenEncoding encoding, int length, PaddingOptions options)
    {
        encoding.Overflowing.ForEach(part => Pad(part, length, options));
        var missing = length - encoding.Count;
        if (missing <= 0) return;
        var at = options.OnLeft ? 0 : encoding.Count;
        encoding.Ids.InsertRange(at, Enumerable.Repeat(options.PadId, missing));
        encoding.Tokens.InsertRange(at, Enumerable.Repeat(options.PadToken, missing));
        encoding.TypeIds.InsertRange(at, Enumerable.Repeat(options.PadTypeId, missing));
        encoding.Offsets.InsertRange(at, Enumerable.Repeat(default(TokenOffset), missing));
        encoding.SpecialTokensMask.InsertRange(at, Enumerable.Repeat(1, missing));
        encoding.AttentionMask.InsertRange(at, Enumerable.Repeat(0, missing));
        encoding.SequenceIds.InsertRange(at, Enumerable.Repeat<int?>(null, missing));
    }
}
