using System.Text;
using Pipeline.Data.ChatTemplates.Values;

namespace Pipeline.Data.ChatTemplates.Builtins;

/// <summary>Filters on texts.</summary>
internal static class TextFilters
{
    public static object? Indent(Scope scope, object? value, Arguments arguments)
    {
        var given = arguments.Bind("indent", "width", "first", "blank");
        var by = given[0] as string ?? Padding.Fill(scope.State, Arguments.Integer(given[0], 4), " ");
        var lines = Texts.Lines(Printer.Str(value) + "\n");
        var blank = Arguments.Flag(given[2], otherwise: false);
        var text =
            string.Join('\n', lines.Select((line, i) => i == 0 || (line.Length == 0 && !blank) ? line : by + line));
        scope.State.Size(text.Length);
        return Arguments.Flag(given[1], otherwise: false) ? by + text : text;
    }

    public static object? Replace(Scope scope, object? value, Arguments arguments)
    {
        var given = arguments.Bind("replace", "old", "new", "count");
        return Replace(scope.State, Printer.Str(value), Arguments.Text(given[0], "replace"),
            Arguments.Text(given[1], "replace"), Arguments.Integer(given[2], -1));
    }

    public static string Replace(RenderState state, string text, string old, string with, long count)
    {
        if (count == 0) return text;
        if (count < 0 && old.Length > 0 && with.Length <= old.Length)
            return text.Replace(old, with, StringComparison.Ordinal);
        var builder = new StringBuilder();
        var (from, left) = (0, count < 0 ? long.MaxValue : count);
        if (old.Length == 0)
        {
            for (; from < text.Length && left > 0; left--)
            {
                var width = Texts.Width(text, from);
                state.CheckOutput((long)builder.Length + with.Length + width);
                builder.Append(with).Append(text, from, width);
                from += width;
            }

            if (left > 0) builder.Append(with);
        }
        else
        {
            for (var at = text.IndexOf(old, StringComparison.Ordinal); at >= 0
                && left > 0; left--, at = text.IndexOf(old, from, StringComparison.Ordinal))
            {
                state.CheckOutput((long)builder.Length + at - from + with.Length);
                builder.Append(text, from, at - from).Append(with);
                from = at + old.Length;
            }
        }

        builder.Append(text, from, text.Length - from);
        state.Size(builder.Length);
        return builder.ToString();
    }

    public static object? Truncate(Scope scope, object? value, Arguments arguments)
    {
        var given = arguments.Bind("truncate", "length", "killwords", "end", "leeway");
        var (text, length, end) =
            (Printer.Str(value), Arguments.Integer(given[0], 255), Arguments.Or(given[2], "...") as string ?? "...");
        if (length < Texts.Length(end))
            throw new ChatTemplateException("AssertionError", $"expected length >= {Texts.Length(end)}, got {length}");
        if (Texts.Length(text) <= length + Arguments.Integer(given[3], 5)) return text;
        var cut = (string)new Slice(null, length - Texts.Length(end), null).Of(scope.State, text);
        if (Arguments.Flag(given[1], otherwise: false)) return cut + end;
        var blank = cut.LastIndexOf(' ');
        return (blank < 0 ? cut : cut[..blank]) + end;
    }

    public static long WordCount(string text)
    {
        var (count, inWord) = (0L, false);
        foreach (var c in text)
        {
            var isWord = char.IsLetterOrDigit(c) || c == '_' || char.IsSurrogate(c);
            if (isWord && !inWord) count++;
            inWord = isWord;
        }

        return count;
    }

    public static object? WordWrap(Scope scope, object? value, Arguments arguments)
    {
        var given = arguments.Bind("wordwrap", "width", "break_long_words", "wrapstring", "break_on_hyphens");
        var (width, breaks, separator) = (Math.Max(1, Arguments.Integer(given[0], 79)),
            Arguments.Flag(given[1], otherwise: true), Arguments.Or(given[2], null) as string ?? "\n");
        return string.Join(
            separator, Texts.Lines(Printer.Str(value))
                .Select(line => string.Join(separator, Wrap(line, (int)Math.Min(width, int.MaxValue), breaks))));
    }

    private static List<string> Wrap(string line, int width, bool breaks)
    {
        var (lines, current) = (new List<string>(), string.Empty);
        foreach (var word in line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            var rest = word;
            if (current.Length > 0 && current.Length + 1 + rest.Length <= width)
            {
                current += " " + rest;
                continue;
            }

            if (current.Length > 0) lines.Add(current);
            for (; breaks && rest.Length > width; rest = rest[width..]) lines.Add(rest[..width]);
            current = rest;
        }

        if (current.Length > 0) lines.Add(current);
        return lines;
    }
}
