using System.Globalization;
using System.Numerics;
using System.Text;

namespace Pipeline.Data.ChatTemplates.Values;

/// <summary>Python's <c>json.dumps</c>.</summary>
internal sealed class JsonText(bool asciiOnly, string? indent, string itemSeparator, string keySeparator, bool sortKeys)
{
    private readonly StringBuilder _text = new();

    public static string Write(
        object? value, bool asciiOnly, string? indent, (string Item, string Key)? separators, bool sortKeys)
    {
        var (item, key) = separators ?? (indent is null ? ", " : ",", ": ");
        var writer = new JsonText(asciiOnly, indent, item, key, sortKeys);
        writer.Append(value, 0);
        return writer._text.ToString();
    }

    private void Append(object? value, int level)
    {
        RenderState.EnsureStack();
        switch (value)
        {
            case null: _text.Append("null"); break;
            case bool flag: _text.Append(flag ? "true" : "false"); break;
            case long or BigInteger: _text.Append(Printer.Repr(value)); break;
            case double real: _text.Append(Float(real)); break;
            case string text: AppendText(text); break;
            case ListValue list: AppendList(list.Items, level); break;
            case TupleValue tuple: AppendList(tuple.Items, level); break;
            case DictValue dict: AppendDict(dict, level); break;
            default: throw Fault.Type($"Object of type {Kinds.Name(value)} is not JSON serializable");
        }
    }

    private static string Float(double real) =>
        double.IsNaN(real) ? "NaN" : double.IsInfinity(real)
            ? (real > 0 ? "Infinity" : "-Infinity") : Numbers.Repr(real);

    private void AppendList(IReadOnlyList<object?> items, int level)
    {
        _text.Append('[');
        for (var i = 0; i < items.Count; i++)
        {
            Separate(i, level + 1);
            Append(items[i], level + 1);
        }

        if (items.Count > 0) Break(level);
        _text.Append(']');
    }

    private void AppendDict(DictValue dict, int level)
    {
        var entries = dict.Entries;
        if (sortKeys) entries = [.. entries.OrderBy(e => e.Key, Comparer<object?>.Create(Operations.Compare))];
        _text.Append('{');
        for (var i = 0; i < entries.Count; i++)
        {
            Separate(i, level + 1);
            AppendText(Key(entries[i].Key));
            _text.Append(keySeparator);
            Append(entries[i].Value, level + 1);
        }

        if (entries.Count > 0) Break(level);
        _text.Append('}');
    }

    private static string Key(object? key) => key switch
    {
        string text => text,
        null => "null",
        bool flag => flag ? "true" : "false",
        double real => Float(real),
        long or BigInteger => Printer.Repr(key),
        _ => throw Fault.Type($"keys must be str, int, float, bool or None, not {Kinds.Name(key)}"),
    };

    private void Separate(int index, int level)
    {
        if (index > 0) _text.Append(itemSeparator);
        Break(level);
    }

    private void Break(int level)
    {
        if (indent is null) return;
        _text.Append('\n');
        for (var i = 0; i < level; i++) _text.Append(indent);
    }

    private void AppendText(string text)
    {
        _text.Append('"');
        foreach (var c in text)
        {
            switch (c)
            {
                case '"': _text.Append("\\\""); break;
                case '\\': _text.Append("\\\\"); break;
                case '\n': _text.Append("\\n"); break;
                case '\r': _text.Append("\\r"); break;
                case '\t': _text.Append("\\t"); break;
                case '\b': _text.Append("\\b"); break;
                case '\f': _text.Append("\\f"); break;
                default:
                    if (c < ' ' || (asciiOnly && c > '~'))
                        _text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
                    else _text.Append(c);
                    break;
            }
        }

        _text.Append('"');
    }
}
