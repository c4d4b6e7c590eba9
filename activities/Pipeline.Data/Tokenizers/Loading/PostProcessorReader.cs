using Pipeline.Data.Tokenizers.PostProcessors;

namespace Pipeline.Data.Tokenizers.Loading;

/// <summary>Reads post-processors.</summary>
internal static class PostProcessorReader
{
    internal static PostProcessor? Read(JsonPart part) => part.IsNull ? null : part.Type switch
    {
        "Sequence" =>
            new PostProcessorSequence(
                [.. part["processors"].Items()
                    .Select(item => Read(item) ?? throw item.Error("a post-processor is expected"))]),
        "ByteLevel" => new OffsetTrimmer(part["add_prefix_space"].Flag(true), part["trim_offsets"].Flag(true)),
        "TemplateProcessing" => Template(part),
        "RobertaProcessing" => new ClassifierProcessor(
            Token(part["cls"]), Token(part["sep"]), isRoberta: true, part["trim_offsets"].Flag(true),
            part["add_prefix_space"].Flag(true)),
        "BertProcessing" =>
            new ClassifierProcessor(Token(part["cls"]), Token(part["sep"]), isRoberta: false, false, false),
        var type => throw part["type"].Error($"the post-processor '{type}' is not known"),
    };

    private static (int Id, string Text) Token(JsonPart part)
    {
        var items = part.Items().ToList();
        return items.Count == 2 ? (items[1].Integer(), items[0].Text()) : throw part.Error("[text, id] is expected");
    }

    private static TemplateProcessor Template(JsonPart part)
    {
        var tokens = new Dictionary<string, List<(int Id, string Text)>>(StringComparer.Ordinal);
        foreach (var (name, token) in part["special_tokens"].Fields())
        {
            var ids = token["ids"].Items().Select(id => id.Integer()).ToList();
            var texts = token["tokens"].Items().Select(text => text.Text()).ToList();
            if (ids.Count != texts.Count) throw token.Error("as many ids as tokens are expected");
            tokens[name] = [.. ids.Zip(texts)];
        }

        return new TemplateProcessor(Pieces(part["single"], tokens), Pieces(part["pair"], tokens));
    }

    private static List<TemplatePiece> Pieces(JsonPart part, Dictionary<string, List<(int Id, string Text)>> tokens)
    {
        var pieces = new List<TemplatePiece>();
        foreach (var item in part.Items())
        {
            var sequence = item["Sequence"];
            if (!sequence.IsNull)
            {
                var index = sequence["id"].Text() switch
                {
                    "A" => 0,
                    "B" => 1,
                    _ => throw sequence["id"].Error("A or B is expected"),
                };
                pieces.Add(new TemplatePiece(index, sequence["type_id"].Integer(), []));
                continue;
            }

            var special = item["SpecialToken"];
            if (special.IsNull) throw item.Error("'Sequence' or 'SpecialToken' is expected");
            var name = special["id"].Text();
            if (!tokens.TryGetValue(name, out var ids))
                throw special["id"].Error($"'{name}' is not among special_tokens");
            pieces.Add(new TemplatePiece(-1, special["type_id"].Integer(), ids));
        }

        return pieces;
    }
}
