using System.Globalization;

namespace Pipeline.Data.Tokenizers.Loading;

/// <summary>
/// Reads scores as the reference's JSON library does: the digits as one 64-bit integer, then one multiplication or
/// division by a power of ten. The result can differ from the nearest double in the last bit, and that bit decides
/// which of two segmentations with equal sums wins.
/// </summary>
internal static class ScoreParser
{
    private static readonly double[] Powers =
        [.. Enumerable.Range(0, 309).Select(power => double.Parse($"1e{power}", CultureInfo.InvariantCulture))];

    internal static double Parse(ReadOnlySpan<byte> number)
    {
        var negative = number.StartsWith("-"u8);
        ulong digits = 0;
        var exponent = 0;
        var (full, fraction) = (false, false);
        var at = negative ? 1 : 0;
        for (; at < number.Length && number[at] is not ((byte)'e' or (byte)'E'); at++)
        {
            if (number[at] == (byte)'.')
            {
                fraction = true;
                continue;
            }

            var digit = (ulong)(number[at] - '0');
            full = full || digits > (ulong.MaxValue - digit) / 10;
            if (full)
            {
                // Digits that no longer fit only count before the point.
                if (!fraction) exponent++;
                continue;
            }

            digits = (digits * 10) + digit;
            if (fraction) exponent--;
        }

        if (at < number.Length)
            exponent += int.Parse(number[(at + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        var value = Scale(digits, exponent);
        return negative ? -value : value;
    }

    private static double Scale(double value, int exponent)
    {
        for (; exponent < -308 && value != 0; exponent += 308) value /= Powers[308];
        if (exponent < -308) return value;
        if (exponent > 308) return value == 0 ? 0 : throw new FormatException("a score is too large");
        return exponent >= 0 ? value * Powers[exponent] : value / Powers[-exponent];
    }
}
