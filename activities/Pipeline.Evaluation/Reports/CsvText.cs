namespace Pipeline.Evaluation.Reports;

/// <summary>Comma-separated text that a spreadsheet shows rather than computes.</summary>
public static class CsvText
{
    /// <summary>One line.</summary>
    /// <param name="cells">Cells of any content.</param>
    /// <returns>The line without its break.</returns>
    public static string Line(IEnumerable<string> cells) => string.Join(',', cells.Select(Quote));

    private static string Quote(string cell)
    {
        // A leading =, +, - or @ starts a formula in spreadsheets unless it is a plain number.
        var safe = cell.Length > 0 && "=+-@\t\r".Contains(cell[0]) && !double.TryParse(cell, out _) ? "'" + cell : cell;
        return safe.AsSpan().IndexOfAny("\",\n\r") >= 0 || safe != cell ? $"\"{safe.Replace("\"", "\"\"")}\"" : safe;
    }
}
