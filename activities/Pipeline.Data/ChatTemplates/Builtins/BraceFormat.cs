using System.Text;
using Pipeline.Data.ChatTemplates.Values;

namespace Pipeline.Data.ChatTemplates.Builtins;

/// <summary>Python's <c>str.format</c>; attributes and items go through the sandbox.</summary>
internal static class BraceFormat
{
    public static string Apply(Scope scope, string format, Arguments arguments)
    {
        var next = 0;
        return Expand(scope, format, name =>
        {
            if (name.Length == 0) name = (next++).ToString(System.Globalization.CultureInfo.InvariantCulture);
            if (long.TryParse(name, out var index))
                return index < arguments.Positional.Length
                    ? arguments.Positional[index] : throw new ChatTemplateException(
                        "IndexError", "Replacement index out of range for positional args tuple");
            foreach (var (known, value) in arguments.Named)
            {
                if (known == name) return value;
            }

            throw new ChatTemplateException("KeyError", Printer.Repr(name));
        }, depth: 0);
    }

    public static string ApplyMap(Scope scope, string format, Arguments arguments)
    {
        var dict = arguments.Bind("format_map", "mapping")[0] as DictValue
            ?? throw Fault.Type("format_map() needs a mapping");
        return Expand(scope, format, name => dict.TryGet(name, out var value)
            ? value : throw new ChatTemplateException("KeyError", Printer.Repr(name)), depth: 0);
    }

    private static string Expand(Scope scope, string format, Func<string, object?> field, int depth)
    {
        if (depth > 2) throw Fault.Value("Max string recursion exceeded");
        var text = new StringBuilder();
        for (var i = 0; i < format.Length; i++)
        {
            var c = format[i];
            if (c is '{' or '}' && i + 1 < format.Length && format[i + 1] == c)
            {
                text.Append(c);
                i++;
            }
            else if (c == '}') throw Fault.Value("Single '}' encountered in format string");
            else if (c == '{')
            {
                var end = End(format, i);
                text.Append(Field(scope, format[(i + 1)..end], field, depth));
                i = end;
            }
            else text.Append(c);
            scope.State.CheckOutput(text.Length);
        }

        scope.State.Size(text.Length);
        return text.ToString();
    }

    private static int End(string format, int start)
    {
        var open = 0;
        for (var i = start; i < format.Length; i++)
        {
            if (format[i] == '{') open++;
            else if (format[i] == '}' && --open == 0) return i;
        }

        throw Fault.Value("expected '}' before end of string");
    }

    private static string Field(Scope scope, string field, Func<string, object?> lookUp, int depth)
    {
        var colon = field.IndexOf(':');
        var (name, spec) = colon < 0
            ? (field, string.Empty) : (field[..colon], Expand(scope, field[(colon + 1)..], lookUp, depth + 1));
        var mark = name.IndexOf('!');
        var conversion = mark < 0 ? string.Empty : name[(mark + 1)..];
        if (mark >= 0) name = name[..mark];
        var value = Value(scope, name, lookUp);
        value = conversion switch
        {
            "" => value,
            "r" or "a" => Printer.Repr(value),
            "s" => Printer.Str(value),
            _ =>
            throw Fault.Value($"Unknown conversion specifier '{conversion}'")
        };
        return FormatSpec.Apply(scope.State, value, spec);
    }

    private static object? Value(Scope scope, string path, Func<string, object?> lookUp)
    {
        var end = path.IndexOfAny(['.', '[']);
        var value = lookUp(end < 0 ? path : path[..end]);
        while (end >= 0 && end < path.Length)
        {
            var start = end + 1;
            if (path[end] == '.')
            {
                end = path.IndexOfAny(['.', '['], start);
                value = Members.Attribute(value, end < 0 ? path[start..] : path[start..end]);
                continue;
            }

            var close = path.IndexOf(']', start);
            if (close < 0) throw Fault.Value("Missing ']' in format string");
            var key = path[start..close];
            value = Members.Item(scope.State, value, long.TryParse(key, out var index) ? index : key);
            end = close + 1;
        }

        return value;
    }
}
