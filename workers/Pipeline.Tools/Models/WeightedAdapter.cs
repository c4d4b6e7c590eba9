using System.Globalization;

namespace Pipeline.Tools.Models;

/// <summary>Reads <c>DIRECTORY=WEIGHT</c>; the weight is 1 where none is given.</summary>
internal static class WeightedAdapter
{
    public static (string Directory, double Weight) Parse(string text)
    {
        var at = text.LastIndexOf('=');
        if (at < 0 || Directory.Exists(text))
        {
            return (text, 1);
        }

        return double.TryParse(text[(at + 1)..], NumberStyles.Float, CultureInfo.InvariantCulture, out var weight)
            ? (text[..at], weight)
            : throw new ArgumentException($"--adapter {text}: '{text[(at + 1)..]}' is not a number", nameof(text));
    }
}
