using System.Globalization;
using System.Numerics;
using Pipeline.Data.ChatTemplates.Values;

namespace Pipeline.Data.ChatTemplates.Builtins;

/// <summary>Turns single values into text for <c>%</c> and <c>str.format</c>.</summary>
internal static class FormatSpec
{
    /// <summary>Python's format mini-language: <c>[[fill]align][sign][#][0][width][,][.precision][type]</c>.</summary>
    public static string Apply(RenderState state, object? value, string spec)
    {
        if (spec.Length == 0) return Printer.Str(value);
        if (value is UndefinedValue or null or not (string or bool or long or double or BigInteger))
            throw Fault.Type($"unsupported format string passed to {Kinds.Name(value)}.__format__");
        var at = 0;
        var (fill, align) = (" ", '\0');
        var width = Texts.Width(spec, 0);
        if (spec.Length > width && spec[width] is '<' or '>' or '^' or '=')
            (fill, align, at) = (spec[..width], spec[width], width + 1);
        else if (spec[0] is '<' or '>' or '^' or '=') (align, at) = (spec[0], 1);
        char Take(string any) => at < spec.Length && any.Contains(spec[at]) ? spec[at++] : '\0';
        var sign = Take("+- ");
        var alternate = Take("#") != '\0';
        if (at < spec.Length && spec[at] == '0' && align == '\0') (fill, align, at) = ("0", '=', at + 1);
        var size = Number(spec, ref at) ?? 0;
        var comma = Take(",_");
        int? precision = Take(".") != '\0'
            ? Number(spec, ref at) ?? throw Fault.Value("Format specifier missing precision") : null;
        var type = at < spec.Length ? spec[at++] : '\0';
        if (at < spec.Length) throw Fault.Value("Invalid format specifier");
        var body = value is string text
            ? Text(state, text, type, precision) : Real(value, type, precision, alternate, comma);
        if (value is not string && !body.StartsWith('-') && sign is '+' or ' ') body = sign + body;
        return Fit(state, body, size, fill, align == '\0' ? (value is string ? '<' : '>') : align);
    }

    public static string Exponent(double value, int precision, bool upper)
    {
        var text = value.ToString((upper ? "E" : "e") + precision, CultureInfo.InvariantCulture);
        var at = text.IndexOf(upper ? 'E' : 'e') + 2;
        return text[..at] + text[at..].TrimStart('0').PadLeft(2, '0');
    }

    /// <summary>The <c>g</c> form: significant digits without trailing zeros.</summary>
    public static string General(double value, int precision, bool upper)
    {
        if (!double.IsFinite(value)) return Numbers.Repr(value);
        precision = Math.Max(1, precision);
        var scientific = Exponent(value, precision - 1, upper);
        var mark = scientific.IndexOf(upper ? 'E' : 'e');
        var exponent =
            int.Parse(scientific.AsSpan(mark + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        if (exponent >= -4 && exponent < precision)
        {
            var plain = Numbers.Fixed(value, precision - 1 - exponent);
            return plain.Contains('.') ? plain.TrimEnd('0').TrimEnd('.') : plain;
        }

        var mantissa = scientific[..mark];
        return (mantissa.Contains('.') ? mantissa.TrimEnd('0').TrimEnd('.') : mantissa) + scientific[mark..];
    }

    public static string Radix(BigInteger value, int radix, bool upper)
    {
        if (value.IsZero) return "0";
        var (digits, rest) = (new Stack<char>(), BigInteger.Abs(value));
        for (; !rest.IsZero; rest /= radix)
            digits.Push((upper ? "0123456789ABCDEF" : "0123456789abcdef")[(int)(rest % radix)]);
        return (value.Sign < 0 ? "-" : string.Empty) + new string([.. digits]);
    }

    public static string Fit(RenderState state, string body, long size, string fill, char align)
    {
        switch (align)
        {
            case '<': return Padding.Left(state, body, size, fill);
            case '>': return Padding.Right(state, body, size, fill);
            case '^':
                var missing = Math.Max(0, size - Texts.Length(body));
                return Padding.Fill(state, missing / 2, fill) + body
                    + Padding.Fill(state, missing - (missing / 2), fill);
            default:
                var sign = body.Length > 0 && body[0] is '-' or '+' or ' ' ? 1 : 0;
                return body[..sign] + Padding.Fill(state, size - Texts.Length(body), fill) + body[sign..];
        }
    }

    private static string Text(RenderState state, string text, char type, int? precision)
    {
        if (type is not ('\0' or 's')) throw Fault.Value($"Unknown format code '{type}' for object of type 'str'");
        return precision is { } limit ? (string)new Slice(null, (long)limit, null).Of(state, text) : text;
    }

    private static string Real(object value, char type, int? precision, bool alternate, char comma)
    {
        if (Numbers.TryInteger(value, out var number) && type is '\0' or 'd' or 'n' or 'b' or 'o' or 'x' or 'X' or 'c')
        {
            if (value is bool && type == '\0') return Printer.Str(value);
            var prefix = alternate && type is 'b' or 'o' or 'x' or 'X' ? "0" + type : string.Empty;
            return type switch
            {
                'b' => prefix + Radix(number, 2, upper: false),
                'o' => prefix + Radix(number, 8, upper: false),
                'x' or 'X' => prefix + Radix(number, 16, type == 'X'),
                'c' => char.ConvertFromUtf32((int)number),
                _ => Grouped(number.ToString(CultureInfo.InvariantCulture), comma),
            };
        }

        Numbers.TryDouble(value, out var real);
        return type switch
        {
            'f' or 'F' => Grouped(Numbers.Fixed(real, precision ?? 6), comma),
            'e' or 'E' => Exponent(real, precision ?? 6, type == 'E'),
            'g' or 'G' => General(real, precision ?? 6, type == 'G'),
            '%' => Numbers.Fixed(real * 100, precision ?? 6) + "%",
            '\0' => precision is { } digits ? General(real, digits, upper: false) : Grouped(Numbers.Repr(real), comma),
            _ => throw Fault.Value($"Unknown format code '{type}' for object of type '{Kinds.Name(value)}'"),
        };
    }

    private static string Grouped(string digits, char comma)
    {
        if (comma == '\0') return digits;
        var end = digits.IndexOf('.') is var point && point >= 0 ? point : digits.Length;
        for (var at = end - 3; at > (digits.StartsWith('-') ? 1 : 0); at -= 3)
            digits = digits.Insert(at, comma.ToString());
        return digits;
    }

    private static int? Number(string spec, ref int at)
    {
        var start = at;
        while (at < spec.Length && char.IsAsciiDigit(spec[at])) at++;
        if (at == start) return null;
        return int.TryParse(spec.AsSpan(start, at - start), CultureInfo.InvariantCulture, out var number)
            && number <= 1_000_000 ? number : throw Fault.Value("Too many decimal digits in format string");
    }
}
