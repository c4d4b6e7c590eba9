using System.Text;
using Pipeline.Data.ChatTemplates.Values;
using Pipeline.Data.Formats;

namespace Pipeline.Data.Labels;

/// <summary>A text of the row itself, as opposed to text of the template.</summary>
/// <param name="Message">Index of its message; -1 for tool definitions.</param>
/// <param name="Role">Role of its message.</param>
/// <param name="Text">The text.</param>
/// <param name="IsContent">Whether it is the content of the message, which no template may drop.</param>
internal sealed record DataText(int Message, string Role, string Text, bool IsContent);

/// <summary>Where a text of the row stands in the rendered text.</summary>
internal readonly record struct DataSpan(int Text, int Start, int End);

/// <summary>
/// Finds out which part of a rendered conversation is data. Every text of the row is put between two marks of Unicode
/// noncharacters before rendering; afterwards the marks are taken out and tell where the text came to stand.
/// </summary>
internal sealed class DataMarks
{
    private const char Open = '\uFDD0';
    private const char Close = '\uFDD1';
    private const char Digit = '\uFDD2';
    private const int MarkLength = 5;

    private static readonly HashSet<string> Structural = ["role", "type", "id", "tool_call_id", "name"];

    private readonly List<DataText> _texts = [];

    public IReadOnlyList<DataText> Texts => _texts;

    /// <summary>A copy of the messages with marks.</summary>
    /// <param name="messages">Messages as the template gets them.</param>
    /// <param name="contentOnly">Whether only contents are marked.</param>
    /// <exception cref="RowFaultException">A text holds a noncharacter.</exception>
    public ListValue Mark(ListValue messages, bool contentOnly)
    {
        _texts.Clear();
        // messages are dictionaries
        return new ListValue(
            [.. messages.Items.Select((message, i) => (object?)MarkMessage((DictValue)message!, i, contentOnly))]);
    }

    /// <summary>A copy of the tool definitions with marks.</summary>
    public object? MarkTools(object? tools) => MarkValue(tools, -1, "tools", isContent: false);

    /// <summary>Takes the marks out.</summary>
    /// <param name="marked">Rendered text with marks.</param>
    /// <param name="ranges">Ranges in it that are to follow.</param>
    public (string Text, List<DataSpan> Spans, List<(int Start, int End)> Ranges) Unmark(
        string marked, IReadOnlyList<(int Start, int End)> ranges)
    {
        var text = new StringBuilder(marked.Length);
        var events = new List<(int Text, bool IsOpen, int At)>();
        var edges = ranges.SelectMany(r => new[] { r.Start, r.End }).ToArray();
        var (moved, edge) = (new int[edges.Length], 0);
        for (var i = 0; i <= marked.Length;)
        {
            while (edge < edges.Length && edges[edge] <= i) moved[edge++] = text.Length;
            if (i == marked.Length) break;
            if (marked[i] is Open or Close && i + MarkLength <= marked.Length)
            {
                events.Add((Number(marked.AsSpan(i + 1, MarkLength - 1)), marked[i] == Open, text.Length));
                i += MarkLength;
                continue;
            }

            var next = marked.AsSpan(i).IndexOfAny(Open, Close);
            var end = next < 0 ? marked.Length : Math.Max(i + 1, i + next);
            if (edge < edges.Length) end = Math.Min(end, Math.Max(i + 1, edges[edge]));
            text.Append(marked, i, end - i);
            i = end;
        }

        var result = text.ToString();
        return (result, Spans(result, events),
            [.. Enumerable.Range(0, ranges.Count).Select(i => (moved[2 * i], moved[(2 * i) + 1]))]);
    }

    /// <summary>The text without white space around it, which templates may trim.</summary>
    public static (int Start, int End) Inner(string text)
    {
        var (start, end) = (0, text.Length);
        while (start < end && ChatTemplates.Values.Texts.IsWhiteSpace(text[start])) start++;
        while (end > start && ChatTemplates.Values.Texts.IsWhiteSpace(text[end - 1])) end--;
        return (start, end);
    }

    private DictValue MarkMessage(DictValue message, int index, bool contentOnly)
    {
        var role = message.TryGet("role", out var name) ? Printer.Str(name) : string.Empty;
        var copy = new DictValue();
        foreach (var (key, value) in message.Entries)
        {
            var isContent = key is "content";
            copy.Set(key, (contentOnly && !isContent) || Structural.Contains(Printer.Str(key))
                ? value : MarkValue(value, index, role, isContent));
        }

        return copy;
    }

    private object? MarkValue(object? value, int message, string role, bool isContent)
    {
        switch (value)
        {
            case string text: return MarkText(text, message, role, isContent);
            case ListValue list:
                return new ListValue(
                [.. list.Items.Select(item => MarkValue(item, message, role, isContent))]);
            case DictValue dict:
                var copy = new DictValue();
                foreach (var (key, item) in dict.Entries) copy.Set(
                    key, Structural.Contains(Printer.Str(key)) ? item : MarkValue(item, message, role, isContent));
                return copy;
            default: return value;
        }
    }

    private string MarkText(string text, int message, string role, bool isContent)
    {
        if (text.AsSpan().ContainsAnyInRange('\uFDD0', '\uFDEF'))
            throw new RowFaultException("E-SCHEMA-NONCHARACTER",
                $"a text of message {message} holds a Unicode noncharacter (U+FDD0 to U+FDEF); clean the rows first");
        var (start, end) = Inner(text);
        if (start == end) return text;
        var number = Mark(_texts.Count);
        _texts.Add(new DataText(message, role, text, isContent));
        return string.Concat([text[..start], $"{Open}{number}", text[start..end], $"{Close}{number}", text[end..]]);
    }

    private List<DataSpan> Spans(string text, List<(int Text, bool IsOpen, int At)> events)
    {
        var spans = new List<DataSpan>();
        for (var i = 0; i < events.Count; i++)
        {
            var (number, isOpen, at) = events[i];
            if (number >= _texts.Count) continue;
            if (isOpen && i + 1 < events.Count && events[i + 1] is var next && next.Text == number && !next.IsOpen)
            {
                spans.Add(new DataSpan(number, at, next.At));
                i++;
                continue;
            }

            // The template cut the text, so only one mark is left: what follows or precedes it says how much is there.
            var (from, to) = Inner(_texts[number].Text);
            var inner = _texts[number].Text.AsSpan(from, to - from);
            if (isOpen) spans.Add(new DataSpan(number, at, at + text.AsSpan(at).CommonPrefixLength(inner)));
            else spans.Add(new DataSpan(number, at - CommonSuffix(text.AsSpan(0, at), inner), at));
        }

        return spans;
    }

    private static int CommonSuffix(ReadOnlySpan<char> left, ReadOnlySpan<char> right)
    {
        var length = 0;
        while (length < left.Length && length < right.Length && left[^(length + 1)] == right[^(length + 1)]) length++;
        return length;
    }

    private static string Mark(int number) => number < 0x10000
        ? string.Create(MarkLength - 1, number, static (span, n) =>
        {
            for (var i = 0; i < span.Length; i++) span[i] = (char)(Digit + ((n >> (4 * i)) & 15));
        })
        : throw new RowFaultException("E-SCHEMA-TEXTS", "a row has more than 65,536 texts");

    private static int Number(ReadOnlySpan<char> mark)
    {
        var number = 0;
        for (var i = 0; i < mark.Length; i++) number |= ((mark[i] - Digit) & 15) << (4 * i);
        return number;
    }
}
