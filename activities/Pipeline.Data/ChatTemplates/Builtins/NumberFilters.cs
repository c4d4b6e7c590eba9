using System.Globalization;
using System.Numerics;
using Pipeline.Data.ChatTemplates.Values;

namespace Pipeline.Data.ChatTemplates.Builtins;

/// <summary>Filters that make or round numbers.</summary>
internal static class NumberFilters
{
    public static object? Integer(Scope scope, object? value, Arguments arguments)
    {
        var given = arguments.Bind("int", "default", "base");
        var otherwise = Arguments.Or(given[0], 0L);
        if (value is string text) return Parse(text, Arguments.Integer(given[1], 10))
            ?? (TryFloat(text, out var parsed) ? Whole(parsed) : null) ?? otherwise;
        if (value is UndefinedValue undefined) throw undefined.Fault();
        return value is double real ? Whole(real) ?? otherwise : Numbers.TryInteger(value, out var number)
            ? Numbers.Box(number) : otherwise;
    }

    public static object? Float(Scope scope, object? value, Arguments arguments)
    {
        var otherwise = Arguments.Or(arguments.Bind("float", "default")[0], 0.0);
        if (value is UndefinedValue undefined) throw undefined.Fault();
        if (value is string text) return TryFloat(text, out var parsed) ? parsed : otherwise;
        return Numbers.TryDouble(value, out var number) ? number : otherwise;
    }

    public static object? Round(Scope scope, object? value, Arguments arguments)
    {
        var given = arguments.Bind("round", "precision", "method");
        var (precision, method) =
            ((int)Math.Clamp(Arguments.Integer(given[0], 0), -300, 300), Arguments.Or(given[1], "common") as string);
        if (method is not ("common" or "ceil" or "floor"))
            throw new ChatTemplateException("FilterArgumentError", "method must be common, ceil or floor");
        if (!Numbers.TryDouble(value, out var number)) throw (value as UndefinedValue)?.Fault()
            ?? Fault.Type($"type {Kinds.Name(value)} doesn't define __round__ method");
        if (method == "common" && value is not double && precision >= 0) return value;
        if (method == "common") return precision >= 0
            ? double.Parse(Numbers.Fixed(number, precision), CultureInfo.InvariantCulture)
            : Math.Round(number * Math.Pow(10, precision)) / Math.Pow(10, precision);
        var scale = Math.Pow(10, precision);
        return (method == "ceil" ? Math.Ceiling(number * scale) : Math.Floor(number * scale)) / scale;
    }

    public static object? FileSize(Scope scope, object? value, Arguments arguments)
    {
        if (Float(scope, value, Arguments.None) is not double bytes) return string.Empty;
        var binary = Arguments.Flag(arguments.Bind("filesizeformat", "binary")[0], otherwise: false);
        var unit = binary ? 1024.0 : 1000.0;
        if (bytes == 1) return "1 Byte";
        if (bytes < unit) return $"{(long)bytes} Bytes";
        var names = binary ? "KiB MiB GiB TiB PiB EiB ZiB YiB" : "kB MB GB TB PB EB ZB YB";
        var power = 1;
        while (power < 8 && bytes >= Math.Pow(unit, power + 1)) power++;
        return $"{Numbers.Fixed(bytes / Math.Pow(unit, power), 1)} {names.Split(' ')[power - 1]}";
    }

    /// <summary>Python's <c>int(text, base)</c>, or null.</summary>
    private static object? Parse(string text, long radix)
    {
        var digits = Texts.Strip(text, null, start: true, end: true).Replace("_", string.Empty);
        var negative = digits.StartsWith('-');
        if (digits.Length > 0 && digits[0] is '-' or '+') digits = digits[1..];
        var prefix = digits.Length > 2 && digits[0] == '0'
            ? char.ToLowerInvariant(digits[1]) switch { 'x' => 16, 'o' => 8, 'b' => 2, _ => 0 } : 0;
        if (prefix > 0 && (radix == prefix || radix == 0)) (digits, radix) = (digits[2..], prefix);
        if (radix == 0) radix = 10;
        if (digits.Length is 0 or > 10_000) return null;
        var number = BigInteger.Zero;
        foreach (var c in digits)
        {
            var digit = char.IsDigit(c) ? (int)char.GetNumericValue(c) : char.IsAsciiLetter(c)
                ? char.ToLowerInvariant(c) - 'a' + 10 : 99;
            if (digit >= radix) return null;
            number = (number * radix) + digit;
        }

        return Numbers.Box(negative ? -number : number);
    }

    private static bool TryFloat(string text, out double number) =>
        double.TryParse(
            Texts.Strip(text, null, start: true, end: true).Replace("_", string.Empty),
            NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent,
            CultureInfo.InvariantCulture, out number);

    private static object? Whole(double real) =>
        double.IsFinite(real) ? Numbers.Box(new BigInteger(Math.Truncate(real))) : null;
}
