using System.Text;
using System.Text.Json;
using Pipeline.Data.Readers;
using Pipeline.Evaluation.Harness;
using Pipeline.Evaluation.Results;

namespace Pipeline.Evaluation.Tasks;

/// <summary>Reads the rows of benchmark files: JSON lines, JSON, CSV or Parquet, told by content.</summary>
internal static class BenchmarkRows
{
    /// <summary>All rows of a file; a damaged row is refused, a benchmark has none to spare.</summary>
    /// <param name="path">The file.</param>
    /// <param name="header">Column line to put before a CSV file that has none.</param>
    public static List<JsonElement> Read(string path, string? header = null)
    {
        var quarantine = new QuarantineLog();
        var source = header is null ? RowSource.FromFile(path)
            : new RowSource(Path.GetFileName(path),
                () => new MemoryStream([.. Encoding.UTF8.GetBytes(header + "\n"), .. File.ReadAllBytes(path)]));
        try
        {
            List<JsonElement> rows =
                [.. RowReader.Read(
                    source, new ReaderOptions { Format = header is null ? RowFormat.Auto : RowFormat.Csv }, quarantine)
                    .Select(Element)];
            return quarantine.Rows.Count == 0
                ? rows : throw new TaskFormatException(
                    $"{path}: {quarantine.Rows.Count} rows cannot be read; a benchmark must be complete");
        }
        catch (DataInputException exception)
        {
            throw new TaskFormatException($"{path}: {exception.Message}", exception);
        }
    }

    /// <summary>Compares files with the folder's SHA256SUMS, when there is one.</summary>
    public static void Verify(string directory)
    {
        var list = Path.Combine(directory, "SHA256SUMS");
        if (!File.Exists(list)) return;
        foreach (var line in File.ReadLines(list).Where(line => line.Length > 66))
        {
            var (expected, name) = (line[..64], line[66..]);
            var path = Path.Combine(directory, name);
            var actual = File.Exists(path) ? Files.Sha256(path) : "absent";
            if (actual != expected)
                throw new TaskFormatException(
                    $"{path} differs from the published benchmark: expected sha256 {expected}, found {actual}; fetch "
                        + $"it again");
        }
    }

    private static JsonElement Element(SourceRow row)
    {
        using var document = row.Parse();
        return document.RootElement.Clone();
    }
}
