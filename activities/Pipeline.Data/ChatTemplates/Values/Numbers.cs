using System.Globalization;
using System.Numerics;

namespace Pipeline.Data.ChatTemplates.Values;

/// <summary>Python's integers (of any size), floats and truth values in arithmetic.</summary>
internal static class Numbers
{
    private static readonly object[] Small = [.. Enumerable.Range(-8, 264).Select(i => (object)(long)i)];

    public static object Box(long value) => value is >= -8 and < 256 ? Small[value + 8] : value;

    public static object Box(BigInteger value) =>
        value >= long.MinValue && value <= long.MaxValue ? Box((long)value) : value;

    public static bool TryInteger(object? value, out BigInteger number)
    {
        number = value switch { long small => small, bool flag => flag ? 1 : 0, BigInteger big => big, _ => 0 };
        return value is long or bool or BigInteger;
    }

    public static bool TryLong(object? value, out long number)
    {
        number = value switch
        {
            long small => small,
            bool flag => flag ? 1 : 0,
            BigInteger big => big.Sign < 0
            ? long.MinValue : long.MaxValue,
            _ => 0
        };
        return value is long or bool or BigInteger;
    }

    public static bool TryDouble(object? value, out double number)
    {
        number = value switch
        {
            double real => real,
            long small => small,
            bool flag => flag
            ? 1 : 0,
            BigInteger big => (double)big,
            _ => 0
        };
        return value is double or long or bool or BigInteger;
    }

    public static int Compare(object left, object right)
    {
        if (left is long a && right is long b) return a.CompareTo(b);
        if (TryInteger(left, out var x) && TryInteger(right, out var y)) return x.CompareTo(y);
        TryDouble(left, out var first);
        TryDouble(right, out var second);
        return first.CompareTo(second);
    }

    public static object Power(object left, object right)
    {
        if (TryInteger(left, out var x) && TryInteger(right, out var n) && n.Sign >= 0)
        {
            if (BigInteger.Abs(x) <= 1) return Box(x.IsZero ? (n.IsZero ? 1 : 0) : x.IsOne || n.IsEven ? 1 : -1);
            if (n > 100_000 || (long)n * x.GetBitLength() > 200_000)
                throw Fault.Budget("a power has more than 200,000 bits");
            return Box(BigInteger.Pow(x, (int)n));
        }

        TryDouble(left, out var first);
        TryDouble(right, out var second);
        if (first == 0 && second < 0)
            throw new ChatTemplateException("ZeroDivisionError", "0.0 cannot be raised to a negative power");
        return Math.Pow(first, second);
    }

    /// <summary>The float as Python prints it: shortest digits that read back equal.</summary>
    public static string Repr(double value)
    {
        if (double.IsNaN(value)) return "nan";
        if (double.IsInfinity(value)) return value > 0 ? "inf" : "-inf";
        var text = value.ToString("E16", CultureInfo.InvariantCulture);
        var shortest = value.ToString("R", CultureInfo.InvariantCulture);
        var digits = new string([.. shortest.TakeWhile(c => c != 'E').Where(char.IsAsciiDigit)]).TrimStart('0');
        if (digits.Length == 0) return double.IsNegative(value) ? "-0.0" : "0.0";
        digits = digits.TrimEnd('0').PadRight(1, '0');
        var exponent =
            int.Parse(text.AsSpan(text.IndexOf('E') + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        if (Math.Abs(value) is var size && size.ToString("R", CultureInfo.InvariantCulture) is var plain
            && plain.Contains('E'))
        {
            exponent = int.Parse(
                plain.AsSpan(plain.IndexOf('E') + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        }

        return (value < 0 ? "-" : string.Empty) + Layout(digits, exponent);
    }

    private static string Layout(string digits, int exponent)
    {
        if (exponent is < -4 or >= 16)
        {
            var mantissa = digits.Length == 1 ? digits : $"{digits[0]}.{digits[1..]}";
            return $"{mantissa}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}";
        }

        if (exponent < 0) return "0." + new string('0', -exponent - 1) + digits;
        if (digits.Length <= exponent + 1) return digits.PadRight(exponent + 1, '0') + ".0";
        return $"{digits[..(exponent + 1)]}.{digits[(exponent + 1)..]}";
    }

    /// <summary>A float with a fixed number of decimals, rounded half to even on its exact value.</summary>
    public static string Fixed(double value, int decimals)
    {
        if (!double.IsFinite(value)) return Repr(value);
        var scaled = Scaled(Math.Abs(value), decimals);
        var digits = scaled.ToString(CultureInfo.InvariantCulture).PadLeft(decimals + 1, '0');
        var sign = double.IsNegative(value) ? "-" : string.Empty;
        return decimals == 0 ? sign + digits : $"{sign}{digits[..^decimals]}.{digits[^decimals..]}";
    }

    private static BigInteger Scaled(double value, int decimals)
    {
        var bits = BitConverter.DoubleToInt64Bits(value);
        var exponent = (int)(bits >> 52) & 0x7FF;
        var mantissa = new BigInteger(bits & ((1L << 52) - 1));
        if (exponent == 0) exponent++;
        else mantissa += 1L << 52;
        mantissa *= BigInteger.Pow(10, decimals);
        var shift = exponent - 1075;
        if (shift >= 0) return mantissa << shift;
        var quotient = mantissa >> -shift;
        var twice = (mantissa - (quotient << -shift)) << 1;
        var order = twice.CompareTo(BigInteger.One << -shift);
        return order > 0 || (order == 0 && !quotient.IsEven) ? quotient + 1 : quotient;
    }
}
