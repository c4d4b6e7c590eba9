using System.Text.RegularExpressions;

namespace Pipeline.Repository.Tests;

/// <summary>Lines of C# that are longer than the house allows. Only text inside a string may stand out.</summary>
internal static partial class LongLines
{
    private const int Columns = 120;
    private const string RawQuotes = "\"\"\"";

    /// <summary>The lines that are too long, with their numbers.</summary>
    /// <param name="text">A source file.</param>
    public static IEnumerable<(int Number, string Line)> Of(string text)
    {
        var inRaw = false;
        foreach (var (index, line) in text.Split('\n').Index())
        {
            var quotes = Regex.Count(line, RawQuotes, RegexOptions.NonBacktracking);
            var isRaw = inRaw || quotes > 0;
            inRaw ^= quotes % 2 == 1;
            if (line.Length > Columns && !isRaw && Literal().Replace(line, "").Length > Columns - 2)
            {
                yield return (index + 1, line.Trim());
            }
        }
    }

    [GeneratedRegex("\"(\\\\.|[^\"\\\\])*\"", RegexOptions.NonBacktracking)]
    private static partial Regex Literal();
}
