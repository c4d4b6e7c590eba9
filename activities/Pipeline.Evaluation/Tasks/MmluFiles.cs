using System.Text.Json;
using Pipeline.Evaluation.Harness;

namespace Pipeline.Evaluation.Tasks;

/// <summary>Finds the files of a benchmark in the layout of MMLU.</summary>
internal static class MmluFiles
{
    private const string Columns = "question,A,B,C,D,answer";

    /// <summary>Rows of a split by subject, subjects in order of first appearance.</summary>
    public static Dictionary<string, List<MmluRow>> Read(string directory, string split)
    {
        var rows = Rows(directory, split).ToList();
        if (rows.Count == 0)
        {
            throw new TaskFormatException(
                $"{directory} has no '{split}' questions; expected {split}.jsonl, SUBJECT/{split}-*.parquet, "
                    + $"all/{split}-*.parquet or {split}/SUBJECT_{split}.csv");
        }

        var subjects = new Dictionary<string, List<MmluRow>>(StringComparer.Ordinal);
        foreach (var row in rows)
        {
            if (!subjects.TryGetValue(row.Subject, out var list)) subjects[row.Subject] = list = [];
            list.Add(row);
        }

        return subjects;
    }

    private static IEnumerable<MmluRow> Rows(string directory, string split)
    {
        var lines = Path.Combine(directory, $"{split}.jsonl");
        if (File.Exists(lines)) return Of(lines, null, null);
        var csv = Path.Combine(directory, split);
        if (Directory.Exists(csv))
        {
            return Sorted(csv, $"*_{split}.csv", SearchOption.TopDirectoryOnly)
                .SelectMany(path => Of(path, Path.GetFileName(path)[..^$"_{split}.csv".Length], Columns));
        }

        if (!Directory.Exists(directory)) throw new TaskFormatException($"there is no folder {directory}");
        var parquet = Sorted(directory, $"{split}-*.parquet", SearchOption.AllDirectories).ToList();
        var all = parquet.Where(path => Folder(path) == "all").ToList();
        return (all.Count > 0 ? all : parquet).SelectMany(path => Of(path, Folder(path), null));
    }

    private static IEnumerable<MmluRow> Of(string path, string? subject, string? header) =>
        BenchmarkRows.Read(path, header).Select((row, i) => MmluRow.Of(row, subject, $"{path}, row {i + 1}"));

    private static IEnumerable<string> Sorted(string directory, string pattern, SearchOption depth) =>
        Directory.GetFiles(directory, pattern, depth).Order(StringComparer.Ordinal);

    private static string Folder(string path) => Path.GetFileName(Path.GetDirectoryName(path)) ?? "";
}
