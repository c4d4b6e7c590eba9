using Pipeline.Data.Formats;

namespace Pipeline.Data.Labels;

/// <summary>Weights of parts of a message.</summary>
internal static class SpanWeights
{
    /// <summary>
    /// Gives tokens inside a weighted part its weight; a token that reaches over an edge is not learned.
    /// </summary>
    /// <returns>Whether any part had a weight of its own.</returns>
    /// <exception cref="RowFaultException">A part lies outside its content, or the template changed the
    /// content.</exception>
    public static bool Apply(RenderedRow row, EncodedText encoded, float[] weights, IReadOnlyList<Turn> trained,
        IReadOnlyList<IReadOnlyList<WeightedSpan>?> spans)
    {
        var any = false;
        foreach (var turn in trained)
        {
            if (spans.Count <= turn.Message || spans[turn.Message] is not { Count: > 0 } parts) continue;
            any = true;
            foreach (var part in parts)
            {
                var (start, end) = Place(row, turn.Message, part);
                for (var i = 0; i < weights.Length; i++)
                {
                    var (from, to) = (encoded.Offsets[i].Start, encoded.Offsets[i].End);
                    if (to <= start || from >= end || weights[i] == 0) continue;
                    weights[i] = from >= start && to <= end ? (float)part.Weight : 0;
                }
            }
        }

        return any;
    }

    private static (int Start, int End) Place(RenderedRow row, int message, WeightedSpan part)
    {
        foreach (var span in row.Spans)
        {
            var text = row.Texts[span.Text];
            if (text.Message != message || !text.IsContent) continue;
            var (inner, innerEnd) = DataMarks.Inner(text.Text);
            if (span.End - span.Start != innerEnd - inner) break;
            var offsets = ChatTemplates.Values.Texts.Offsets(text.Text);
            if (part.Start < 0 || part.End <= part.Start || part.End >= offsets.Length)
                throw new RowFaultException(
                    "E-SCHEMA-SPAN",
                    $"message {message} has a weighted part [{part.Start}, {part.End}) outside its "
                        + $"{offsets.Length - 1} characters");
            var shift = span.Start - inner;
            return (Math.Max(span.Start, offsets[part.Start] + shift), Math.Min(span.End, offsets[part.End] + shift));
        }

        throw new RowFaultException("E-LABEL-SPAN",
            $"the template changes the content of message {message}, so its weighted parts cannot be placed");
    }
}
