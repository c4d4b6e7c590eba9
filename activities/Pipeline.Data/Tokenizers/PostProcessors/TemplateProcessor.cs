namespace Pipeline.Data.Tokenizers.PostProcessors;

/// <summary>One place of a template: a text, or fixed tokens.</summary>
/// <param name="Sequence">0 or 1 for a text, -1 for tokens.</param>
/// <param name="TypeId">Segment id of this place.</param>
/// <param name="Tokens">Ids and texts of the tokens.</param>
internal sealed record TemplatePiece(int Sequence, int TypeId, IReadOnlyList<(int Id, string Text)> Tokens);

/// <summary>Puts texts and fixed tokens in the order of a template.</summary>
internal sealed class TemplateProcessor(IReadOnlyList<TemplatePiece> single, IReadOnlyList<TemplatePiece> pair)
    : PostProcessor
{
    internal IReadOnlyList<TemplatePiece> Single { get; } = single;

    internal override int AddedTokens(bool isPair) => (isPair ? pair : Single).Sum(piece => piece.Tokens.Count);

    internal override List<TokenEncoding> Process(List<TokenEncoding> encodings, bool addSpecialTokens)
    {
        var output = new List<TokenEncoding>();
        foreach (var piece in encodings.Count == 1 ? Single : pair)
        {
            if (piece.Sequence >= 0)
            {
                // The parts that truncation cut off keep their type: the reference changes only the text itself.
                var text = encodings[piece.Sequence];
                var placed = text.With(piece.TypeId, piece.Sequence);
                placed.Overflowing = [.. text.Overflowing.Select(part => part.With(null, piece.Sequence))];
                output.Add(placed);
            }
            else if (addSpecialTokens)
            {
                var fixedTokens = new TokenEncoding();
                foreach (var (id, text) in piece.Tokens) fixedTokens.Add(id, text, piece.TypeId, default, 1, null);
                output.Add(fixedTokens);
            }
        }

        return output;
    }
}
