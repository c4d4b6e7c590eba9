using System.Globalization;
using System.Numerics;
using System.Text;

namespace Pipeline.Data.ChatTemplates.Values;

/// <summary>Python's <c>str</c> and <c>repr</c>.</summary>
internal static class Printer
{
    public static string Str(object? value) => value switch
    {
        string text => text,
        UndefinedValue => string.Empty,
        _ => Repr(value),
    };

    public static string Repr(object? value)
    {
        switch (value)
        {
            case null: return "None";
            case bool flag: return flag ? "True" : "False";
            case long small: return small.ToString(CultureInfo.InvariantCulture);
            case BigInteger big: return big.ToString(CultureInfo.InvariantCulture);
            case double real: return Numbers.Repr(real);
            case UndefinedValue: return "Undefined";
            default:
                var builder = new StringBuilder();
                Append(builder, value);
                return builder.ToString();
        }
    }

    private static void Append(StringBuilder builder, object? value)
    {
        RenderState.EnsureStack();
        switch (value)
        {
            case string text: AppendQuoted(builder, text); break;
            case ListValue list: AppendAll(builder, '[', list.Items, "]"); break;
            case TupleValue tuple: AppendAll(builder, '(', tuple.Items, tuple.Items.Length == 1 ? ",)" : ")"); break;
            case DictValue dict: AppendDict(builder, dict); break;
            case ViewValue view: AppendAll(builder.Append(view.Kind), '(', [view.Items], ")"); break;
            case RangeValue range:
                builder.Append(
                $"range({range.Start}, {range.Stop}{(range.Step == 1 ? string.Empty : $", {range.Step}")})"); break;
            case BytesValue bytes: AppendBytes(builder, bytes.Bytes); break;
            case LoopValue loop: builder.Append($"<LoopContext {loop.Index0 + 1}/{loop.Length}>"); break;
            case FunctionValue { Kind: "Macro" } macro: builder.Append($"<Macro {Repr(macro.Name)}>"); break;
            case FunctionValue function: builder.Append($"<{function.Kind} {function.Name}>"); break;
            case NamespaceValue: builder.Append("<Namespace>"); break;
            case LazyValue: builder.Append("<generator>"); break;
            default: builder.Append(Repr(value)); break;
        }
    }

    private static void AppendAll(StringBuilder builder, char open, IReadOnlyList<object?> items, string close)
    {
        builder.Append(open);
        for (var i = 0; i < items.Count; i++)
        {
            if (i > 0) builder.Append(", ");
            Append(builder, items[i]);
        }

        builder.Append(close);
    }

    private static void AppendDict(StringBuilder builder, DictValue dict)
    {
        builder.Append('{');
        for (var i = 0; i < dict.Count; i++)
        {
            if (i > 0) builder.Append(", ");
            Append(builder, dict.Entries[i].Key);
            builder.Append(": ");
            Append(builder, dict.Entries[i].Value);
        }

        builder.Append('}');
    }

    private static void AppendQuoted(StringBuilder builder, string text)
    {
        var quote = text.Contains('\'') && !text.Contains('"') ? '"' : '\'';
        builder.Append(quote);
        for (var i = 0; i < text.Length;)
        {
            var width = Texts.Width(text, i);
            var code = width == 2 ? char.ConvertToUtf32(text[i], text[i + 1]) : text[i];
            if (code == quote || code == '\\') builder.Append('\\').Append((char)code);
            else if (code is '\n' or '\r' or '\t') builder.Append(code == '\n' ? "\\n" : code == '\r' ? "\\r" : "\\t");
            else if (IsPrintable(code)) builder.Append(text, i, width);
            else if (code < 0x100) builder.Append(CultureInfo.InvariantCulture, $"\\x{code:x2}");
            else builder.Append(code < 0x10000 ? $"\\u{code:x4}" : $"\\U{code:x8}");
            i += width;
        }

        builder.Append(quote);
    }

    public static bool IsPrintable(int code) =>
        code is >= 0x20 and < 0x7F || (code > 0x7F && CharUnicodeInfo.GetUnicodeCategory(code) is not
        (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse
            or UnicodeCategory.OtherNotAssigned
        or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.SpaceSeparator));

    private static void AppendBytes(StringBuilder builder, byte[] bytes)
    {
        builder.Append("b'");
        foreach (var value in bytes)
        {
            if (value is (byte)'\'' or (byte)'\\') builder.Append('\\').Append((char)value);
            else if (value is >= 0x20 and < 0x7F) builder.Append((char)value);
            else builder.Append(
                value switch { (byte)'\n' => "\\n", (byte)'\r' => "\\r", (byte)'\t' => "\\t", _ => $"\\x{value:x2}" });
        }

        builder.Append('\'');
    }
}
