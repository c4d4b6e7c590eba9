using System.Globalization;
using System.Text;
using Pipeline.Data.ChatTemplates.Values;

namespace Pipeline.Data.ChatTemplates.Builtins;

/// <summary>The methods of Python's texts.</summary>
internal static class StringMethods
{
    private delegate object? Method(Scope scope, string text, Arguments arguments);

    private static readonly Dictionary<string, Method> All = new(StringComparer.Ordinal)
    {
        ["capitalize"] = (_, text, _) => TextCase.Capitalize(text),
        ["casefold"] = (_, text, _) => TextCase.Lower(text).Replace("ß", "ss").Replace('ς', 'σ'),
        ["center"] = (scope, text, a) => Pad(scope, text, a, "center", Padding.Center),
        ["count"] = (_, text, a) => Count(text, a),
        ["encode"] = (_, text, a) => Encode(text, a),
        ["endswith"] = (_, text, a) =>
            Affix(text, a, "endswith", (part, one) => part.EndsWith(one, StringComparison.Ordinal)),
        ["find"] = (_, text, a) => Find(text, a, "find", last: false),
        ["format"] = (scope, text, a) => BraceFormat.Apply(scope, text, a),
        ["format_map"] = (scope, text, a) => BraceFormat.ApplyMap(scope, text, a),
        ["index"] = (_, text, a) => Found(Find(text, a, "index", last: false)),
        ["isalnum"] = (_, text, _) => Every(text, c => char.IsLetterOrDigit(c) || IsNumeric(c)),
        ["isalpha"] = (_, text, _) => Every(text, char.IsLetter),
        ["isascii"] = (_, text, _) => text.All(char.IsAscii),
        ["isdecimal"] = (_, text, _) => Every(text, char.IsDigit),
        ["isdigit"] = (_, text, _) => Every(text, c => char.IsDigit(c) || CharUnicodeInfo.GetDigitValue(c) >= 0),
        ["isidentifier"] = (_, text, _) => text.Length > 0 && !char.IsAsciiDigit(text[0])
            && text.All(c => c == '_' || char.IsLetterOrDigit(c)),
        ["islower"] = (_, text, _) => TextCase.IsLower(text),
        ["isnumeric"] = (_, text, _) => Every(text, IsNumeric),
        ["isprintable"] = (_, text, _) =>
            Texts.CodePoints(text)
                .All(c => c is string one
                    && Printer.IsPrintable(char.ConvertToUtf32(one + "\udc00", 0) is var code && one.Length == 2
                        ? code : one[0])),
        ["isspace"] = (_, text, _) => Every(text, Texts.IsWhiteSpace),
        ["istitle"] = (_, text, _) => text.Any(char.IsLetter) && TextCase.TitleLetters(text) == text,
        ["isupper"] = (_, text, _) => TextCase.IsUpper(text),
        ["join"] = Join,
        ["ljust"] = (scope, text, a) => Pad(scope, text, a, "ljust", Padding.Left),
        ["lower"] = (_, text, _) => TextCase.Lower(text),
        ["lstrip"] = (_, text, a) => Strip(text, a, "lstrip", start: true, end: false),
        ["partition"] = (_, text, a) => Partition(text, a, "partition", last: false),
        ["removeprefix"] = (_, text, a) => One(a, "removeprefix") is var prefix
            && text.StartsWith(prefix, StringComparison.Ordinal) ? text[prefix.Length..] : text,
        ["removesuffix"] = (_, text, a) => One(a, "removesuffix") is { Length: > 0 } suffix
            && text.EndsWith(suffix, StringComparison.Ordinal) ? text[..^suffix.Length] : text,
        ["replace"] = (scope, text, a) => a.Bind("replace", "old", "new", "count") is var given
            ? TextFilters.Replace(scope.State, text, Arguments.Text(given[0], "replace"),
                Arguments.Text(given[1], "replace"), Arguments.Integer(given[2], -1)) : text,
        ["rfind"] = (_, text, a) => Find(text, a, "rfind", last: true),
        ["rindex"] = (_, text, a) => Found(Find(text, a, "rindex", last: true)),
        ["rjust"] = (scope, text, a) => Pad(scope, text, a, "rjust", Padding.Right),
        ["rpartition"] = (_, text, a) => Partition(text, a, "rpartition", last: true),
        ["rsplit"] = (scope, text, a) => Splitting.Split(scope.State, text, a, "rsplit", fromEnd: true),
        ["rstrip"] = (_, text, a) => Strip(text, a, "rstrip", start: false, end: true),
        ["split"] = (scope, text, a) => Splitting.Split(scope.State, text, a, "split", fromEnd: false),
        ["splitlines"] = (_, text, a) =>
            new ListValue(
                [.. Texts.Lines(text, Arguments.Flag(a.Bind("splitlines", "keepends")[0], otherwise: false))]),
        ["startswith"] = (_, text, a) =>
            Affix(text, a, "startswith", (part, one) => part.StartsWith(one, StringComparison.Ordinal)),
        ["strip"] = (_, text, a) => Strip(text, a, "strip", start: true, end: true),
        ["swapcase"] = (_, text, _) => TextCase.Swap(text),
        ["title"] = (_, text, _) => TextCase.TitleLetters(text),
        ["upper"] = (_, text, _) => TextCase.Upper(text),
        ["zfill"] = (scope, text, a) => ZeroFill(scope.State, text, Arguments.Integer(a.Bind("zfill", "width")[0], 0)),
    };

    public static bool TryGet(string text, string name, out object? value)
    {
        var known = All.TryGetValue(name, out var method);
        // found
        value = known
            ? new FunctionValue(name, (scope, arguments) => method!(scope, text, arguments), "built-in method") : null;
        return known;
    }

    private static bool Every(string text, Func<char, bool> test) => text.Length > 0 && text.All(test);

    private static bool IsNumeric(char c) => CharUnicodeInfo.GetNumericValue(c) >= 0;

    private static string One(Arguments arguments, string method) =>
        Arguments.Text(arguments.Bind(method, "text")[0], method);

    private static string Pad(Scope scope, string text, Arguments arguments, string method,
        Func<RenderState, string, long, string, string> pad)
    {
        var given = arguments.Bind(method, "width", "fillchar");
        var fill = Arguments.Or(given[1], " ") as string;
        if (fill is null || Texts.Length(fill) != 1)
            throw Fault.Type("The fill character must be exactly one character long");
        return pad(scope.State, text, Arguments.Integer(given[0], 0), fill);
    }

    private static string Strip(string text, Arguments arguments, string method, bool start, bool end)
    {
        var characters = arguments.Bind(method, "chars")[0];
        if (ReferenceEquals(characters, Arguments.Absent)) characters = null;
        return Texts.Strip(text, characters is null ? null : Arguments.Text(characters, method), start, end);
    }

    /// <summary>The part of a text between two places in code points, and the place where it starts.</summary>
    private static (string Part, long Start) Part(string text, object? start, object? end)
    {
        if (ReferenceEquals(start, Arguments.Absent) && ReferenceEquals(end, Arguments.Absent)) return (text, 0);
        var length = Texts.Length(text);
        var from = Arguments.Integer(start, 0);
        var to = Math.Min(Arguments.Integer(end, length), length);
        if (from < 0) from = Math.Max(0, from + length);
        if (to < 0) to = Math.Max(0, to + length);
        var offsets = Texts.Offsets(text);
        return from > to ? (string.Empty, -1) : (text[offsets[from]..offsets[to]], from);
    }

    private static bool Affix(string text, Arguments arguments, string method, Func<string, string, bool> matches)
    {
        var given = arguments.Bind(method, "text", "start", "end");
        var (part, start) = Part(text, given[1], given[2]);
        if (start < 0) return false;
        return given[0] is TupleValue several ? several.Items.Any(one => matches(part, Arguments.Text(one, method)))
            : matches(part, Arguments.Text(given[0], method));
    }

    private static long Count(string text, Arguments arguments)
    {
        var given = arguments.Bind("count", "sub", "start", "end");
        var (part, start) = Part(text, given[1], given[2]);
        var sub = Arguments.Text(given[0], "count");
        if (start < 0) return 0;
        if (sub.Length == 0) return Texts.Length(part) + 1;
        var count = 0L;
        for (var at = part.IndexOf(sub, StringComparison.Ordinal); at
            >= 0; at = part.IndexOf(sub, at + sub.Length, StringComparison.Ordinal)) count++;
        return count;
    }

    private static long Find(string text, Arguments arguments, string method, bool last)
    {
        var given = arguments.Bind(method, "sub", "start", "end");
        var (part, start) = Part(text, given[1], given[2]);
        var sub = Arguments.Text(given[0], method);
        if (start < 0) return -1;
        var at = last ? part.LastIndexOf(sub, StringComparison.Ordinal) : part.IndexOf(sub, StringComparison.Ordinal);
        return at < 0 ? -1 : start + Texts.Length(part[..at]);
    }

    private static long Found(long at) => at >= 0 ? at : throw Fault.Value("substring not found");

    private static string Join(Scope scope, string separator, Arguments arguments)
    {
        var items = new List<string>();
        foreach (var item in Kinds.Walk(arguments.Bind("join", "iterable")[0]))
        {
            items.Add(item as string
                ?? throw Fault.Type($"sequence item {items.Count}: expected str instance, {Kinds.Name(item)} found"));
        }

        scope.State.Size(items.Sum(i => (long)i.Length) + ((long)separator.Length * items.Count));
        return string.Join(separator, items);
    }

    private static TupleValue Partition(string text, Arguments arguments, string method, bool last)
    {
        var separator = One(arguments, method);
        if (separator.Length == 0) throw Fault.Value("empty separator");
        var at = last
            ? text.LastIndexOf(separator, StringComparison.Ordinal) : text.IndexOf(separator, StringComparison.Ordinal);
        if (at < 0) return last ? new TupleValue(["", "", text]) : new TupleValue([text, "", ""]);
        return new TupleValue([text[..at], separator, text[(at + separator.Length)..]]);
    }

    private static BytesValue Encode(string text, Arguments arguments)
    {
        var name = Arguments.Or(arguments.Bind("encode", "encoding", "errors")[0], "utf-8") as string;
        return name?.ToLowerInvariant().Replace('_', '-') switch
        {
            "utf-8" or "utf8" => new BytesValue(Encoding.UTF8.GetBytes(text)),
            "ascii" when text.All(char.IsAscii) => new BytesValue(Encoding.ASCII.GetBytes(text)),
            _ => throw new ChatTemplateException("LookupError", $"the text cannot be encoded as '{name}'"),
        };
    }

    private static string ZeroFill(RenderState state, string text, long width)
    {
        var sign = text.Length > 0 && text[0] is '-' or '+' ? 1 : 0;
        return text[..sign] + Padding.Fill(state, width - Texts.Length(text), "0") + text[sign..];
    }
}
