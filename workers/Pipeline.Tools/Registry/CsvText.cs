namespace Pipeline.Tools.Registry;

/// <summary>Quotes CSV cells (RFC 4180) so that no spreadsheet takes one for a formula.</summary>
internal static class CsvText
{
    public static string Quote(string cell)
    {
        // A leading apostrophe makes spreadsheets show the text as it is.
        var safe = cell.Length > 0 && "=+-@\t\r".Contains(cell[0], StringComparison.Ordinal) ? "'" + cell : cell;
        return safe.AsSpan().ContainsAny("\",\r\n'")
            ? $"\"{safe.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : safe;
    }
}
