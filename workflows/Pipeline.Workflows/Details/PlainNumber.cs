using System.Globalization;

namespace Pipeline.Workflows.Details;

/// <summary>Measured values as people read them.</summary>
public static class PlainNumber
{
    /// <summary>A value with at most four decimals; no sign before a zero, a dash where nothing was measured.</summary>
    /// <param name="value">The value.</param>
    /// <returns>Its text.</returns>
    public static string Of(double value) =>
        double.IsFinite(value) ? value.ToString("0.####;-0.####;0", CultureInfo.InvariantCulture) : "–";
}
