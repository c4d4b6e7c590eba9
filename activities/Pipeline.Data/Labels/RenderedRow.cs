using Pipeline.Data.ChatTemplates;
using Pipeline.Data.ChatTemplates.Values;
using Pipeline.Data.Formats;
using Pipeline.Data.Readers;

namespace Pipeline.Data.Labels;

/// <summary>A rendered conversation together with the places where its data stands.</summary>
internal sealed record RenderedRow(
    string Text, IReadOnlyList<(int Start, int End)> Generated, IReadOnlyList<DataText> Texts,
    IReadOnlyList<DataSpan> Spans)
{
    /// <summary>Renders and finds the data; the text is that of the plain rendering.</summary>
    /// <exception cref="RowFaultException">The template drops a content, or its data cannot be found.</exception>
    /// <exception cref="ChatTemplateException">The template refused.</exception>
    public static RenderedRow Of(ChatTemplate template, ChatRequest request, bool mustShowContent)
    {
        var plain = template.Render(request);
        var row = Marked(template, request, plain, contentOnly: false)
            ?? Marked(template, request, plain, contentOnly: true) ?? Searched(request, plain);
        if (mustShowContent) row.CheckContents();
        return row;
    }

    private static RenderedRow? Marked(ChatTemplate template, ChatRequest request, RenderedChat plain, bool contentOnly)
    {
        var marks = new DataMarks();
        var messages = marks.Mark(request.Messages, contentOnly);
        try
        {
            var rendered = template.Render(
                request with
                {
                    Messages = messages,
                    ToolValues = contentOnly || request.Tools is not { } tools
                    ? null : marks.MarkTools(MessageValues.Of(tools))
                });
            var (text, spans, ranges) = marks.Unmark(rendered.Text, rendered.Generated);
            return text == plain.Text ? new RenderedRow(text, ranges, marks.Texts, spans) : null;
        }
        catch (ChatTemplateException)
        {
            // The template looks into its data in a way the marks disturb; the next method is tried.
            return null;
        }
    }

    /// <summary>The last resort: contents are looked for in order.</summary>
    private static RenderedRow Searched(ChatRequest request, RenderedChat plain)
    {
        var marks = new DataMarks();
        marks.Mark(request.Messages, contentOnly: true);
        var (spans, from) = (new List<DataSpan>(), 0);
        for (var i = 0; i < marks.Texts.Count; i++)
        {
            var (start, end) = DataMarks.Inner(marks.Texts[i].Text);
            var inner = marks.Texts[i].Text[start..end];
            var at = plain.Text.IndexOf(inner, from, StringComparison.Ordinal);
            if (at < 0)
                throw new RowFaultException(
                    "E-LABEL-DATA",
                    $"the text of message {marks.Texts[i].Message} ({marks.Texts[i].Role}) cannot be found in what "
                        + $"the template writes, so its labels cannot be proven");
            spans.Add(new DataSpan(i, at, at + inner.Length));
            from = at + inner.Length;
        }

        return new RenderedRow(plain.Text, plain.Generated, marks.Texts, spans);
    }

    private void CheckContents()
    {
        var shown = Spans.Where(s => s.End > s.Start).Select(s => s.Text).ToHashSet();
        for (var i = 0; i < Texts.Count; i++)
        {
            if (!Texts[i].IsContent || shown.Contains(i)) continue;
            throw new RowFaultException(
                "E-LABEL-DROPPED",
                $"the template drops the content of message {Texts[i].Message} ({Texts[i].Role}): "
                    + $"'{Texts[i].Text.Truncated()}'. Choose another template or leave such rows out.");
        }
    }
}
