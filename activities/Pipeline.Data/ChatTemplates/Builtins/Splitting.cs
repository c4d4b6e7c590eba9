using Pipeline.Data.ChatTemplates.Values;

namespace Pipeline.Data.ChatTemplates.Builtins;

/// <summary>Python's <c>split</c> and <c>rsplit</c>.</summary>
internal static class Splitting
{
    public static ListValue Split(RenderState state, string text, Arguments arguments, string method, bool fromEnd)
    {
        var given = arguments.Bind(method, "sep", "maxsplit");
        var limit = Arguments.Integer(given[1], -1);
        if (limit < 0) limit = long.MaxValue;
        var separator = Arguments.Or(given[0], null) is { } sep ? Arguments.Text(sep, method) : null;
        if (separator is { Length: 0 }) throw Fault.Value("empty separator");
        var parts = separator is null ? Blanks(text, limit, fromEnd) : fromEnd
            ? FromEnd(text, separator, limit) : FromStart(text, separator, limit);
        state.Size(parts.Count);
        return new ListValue(parts);
    }

    private static List<object?> FromStart(string text, string separator, long limit)
    {
        var (parts, from) = (new List<object?>(), 0);
        for (var at = text.IndexOf(separator, StringComparison.Ordinal); at >= 0
            && parts.Count < limit; at = text.IndexOf(separator, from, StringComparison.Ordinal))
        {
            parts.Add(text[from..at]);
            from = at + separator.Length;
        }

        parts.Add(text[from..]);
        return parts;
    }

    private static List<object?> FromEnd(string text, string separator, long limit)
    {
        var (parts, to) = (new List<object?>(), text.Length);
        while (parts.Count < limit && text.AsSpan(0, to).LastIndexOf(separator) is var at && at >= 0)
        {
            parts.Add(text[(at + separator.Length)..to]);
            to = at;
        }

        parts.Add(text[..to]);
        parts.Reverse();
        return parts;
    }

    private static List<object?> Blanks(string text, long limit, bool fromEnd)
    {
        var words = Markup.Words(text).ToList<object?>();
        if (words.Count <= limit + (limit == long.MaxValue ? 0 : 1)) return words;
        return fromEnd ? BlanksFromEnd(text, (int)limit) : BlanksFromStart(text, (int)limit);
    }

    private static List<object?> BlanksFromStart(string text, int limit)
    {
        var (parts, rest) = (new List<object?>(), Texts.Strip(text, null, start: true, end: false));
        for (; parts.Count < limit; rest = Texts.Strip(rest, null, start: true, end: false))
        {
            var word = Markup.Words(rest).First();
            parts.Add(word);
            rest = rest[word.Length..];
        }

        parts.Add(rest);
        return parts;
    }

    private static List<object?> BlanksFromEnd(string text, int limit)
    {
        var (parts, rest) = (new List<object?>(), Texts.Strip(text, null, start: false, end: true));
        for (; parts.Count < limit; rest = Texts.Strip(rest, null, start: false, end: true))
        {
            var word = Markup.Words(rest).Last();
            parts.Add(word);
            rest = rest[..^word.Length];
        }

        parts.Add(rest);
        parts.Reverse();
        return parts;
    }
}
