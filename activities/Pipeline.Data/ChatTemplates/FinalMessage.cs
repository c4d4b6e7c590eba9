using Pipeline.Data.ChatTemplates.Values;

namespace Pipeline.Data.ChatTemplates;

/// <summary>
/// Lets a rendered text end inside the last message: a mark is put behind its content and the text is cut there.
/// </summary>
internal sealed class FinalMessage
{
    private const string Tag = "CONTINUE_FINAL_MESSAGE_TAG ";
    private readonly string _content;

    private FinalMessage(ListValue messages, string content) => (Messages, _content) = (messages, content);

    /// <summary>The messages with the mark.</summary>
    public ListValue Messages { get; }

    public static FinalMessage Mark(ListValue messages)
    {
        var last = (DictValue)messages.Items[^1]!; // messages are dictionaries
        if (!last.TryGet("content", out var content)) throw new ChatTemplateException("KeyError", "'content'");
        var copy = Copy(last);
        string text;
        if (content is ListValue parts)
        {
            var at = parts.Items.FindLastIndex(part => part is DictValue dict && dict.TryGet("text", out _));
            if (at < 0) throw Fault.Value("the last message has no text to go on with");
            var marked = Copy((DictValue)parts.Items[at]!); // found above
            marked.TryGet("text", out var found);
            text = Arguments.Text(found, "content");
            marked.Set("text", text + Tag);
            copy.Set("content", new ListValue([.. parts.Items[..at], marked, .. parts.Items[(at + 1)..]]));
        }
        else
        {
            text = Arguments.Text(content, "content");
            copy.Set("content", text + Tag);
        }

        return new FinalMessage(new ListValue([.. messages.Items[..^1], copy]), text);
    }

    /// <summary>The text up to the mark.</summary>
    public string Cut(string rendered)
    {
        var bare = Tag.TrimEnd();
        var at = rendered.LastIndexOf(bare, StringComparison.Ordinal);
        var content = Texts.Strip(_content, null, start: true, end: true);
        if (at < 0 || !rendered.Contains(content, StringComparison.Ordinal))
            throw Fault.Value("the last message does not appear in the text: the template drops or changes it");
        var cut = rendered[..at];
        return rendered.AsSpan(at).StartsWith(Tag) ? cut : Texts.Strip(cut, null, start: false, end: true);
    }

    private static DictValue Copy(DictValue dict)
    {
        var copy = new DictValue();
        foreach (var (key, value) in dict.Entries) copy.Set(key, value);
        return copy;
    }
}
