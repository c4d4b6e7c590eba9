using System.Text.Json;
using Pipeline.Data.Readers;

namespace Pipeline.Data.Building;

/// <summary>Refuses datasets that would train something wrong or nothing.</summary>
internal static class DatasetChecks
{
    /// <summary>Fails when the labels of any row could not be proven, or too many rows lost their terminator.</summary>
    public static void EnsureProven(DatasetRecipe recipe, IReadOnlyList<SourceLabelling> sources, string folder)
    {
        var failures = sources.SelectMany(s => s.Failures).ToList();
        if (failures.Count > 0)
        {
            File.WriteAllLines(Path.Combine(folder, "label-failures.jsonl"),
                failures.Select(f => JsonSerializer.Serialize(new { id = f.Id, code = f.Code, reason = f.Reason })));
            var codes = string.Join(
                ", ", failures.CountBy(f => f.Code).OrderBy(p => p.Key, StringComparer.Ordinal)
                    .Select(p => $"{p.Key}: {p.Value}"));
            var (code, id, reason) = failures[0];
            throw new DataInputException(
                code, $"the labels of {sources.Sum(s => s.FailureCount)} rows cannot be proven ({codes}). Rows "
                    + $"{Ids(failures.Select(f => f.Id))}. First, {id}: {reason} All are in label-failures.jsonl.");
        }

        var (cut, proven) = (sources.Sum(s => s.Audit.CutTerminators), sources.Sum(s => s.Audit.Proven));
        if (cut > 0 && cut >= recipe.MaxMissingTerminators * proven)
        {
            throw new DataInputException(
                "E-LABEL-EOS",
                $"{cut} of {proven} rows lose their end-of-turn token to the limit of {recipe.Labels.MaxLength} "
                    + $"tokens; a model trained on them does not stop. Rows "
                    + $"{Ids(sources.SelectMany(s => s.CutTerminators))}. Drop long rows or raise the limit.");
        }
    }

    /// <summary>Fails when nothing, or too little, is left; says where the rows went.</summary>
    public static void EnsureUseful(DatasetRecipe recipe, IReadOnlyList<SourceLabelling> sources, int[][] chosen)
    {
        var rows = chosen.Sum(c => c.Length);
        if (rows >= Math.Max(1, recipe.MinimumRows)) return;
        var reasons = new SortedDictionary<string, long>(StringComparer.Ordinal);
        foreach (var (rule, count) in sources.SelectMany(s => s.Accounting.Removed)) reasons[rule] =
            reasons.GetValueOrDefault(rule) + count;
        var refused = sources.Sum(s => s.Accounting.Quarantined);
        if (refused > 0) reasons["refused"] = refused;
        var table = string.Join(", ", reasons.Select(r => $"{r.Key}: {r.Value}"));
        var read = sources.Sum(s => s.Accounting.In);
        var tooLong = reasons.GetValueOrDefault("over-length") + reasons.GetValueOrDefault("no-label-left");
        if (rows == 0 && tooLong > 0 && tooLong == read - refused)
        {
            var lengths = new SortedDictionary<int, long>();
            foreach (var (upper, count) in sources.SelectMany(s => s.Lengths)) lengths[upper] =
                lengths.GetValueOrDefault(upper) + count;
            throw new DataInputException(
                "E-DATA-OVERLENGTH",
                $"every row is longer than {recipe.Labels.MaxLength} tokens or has nothing to learn within them "
                    + $"({table}). Rows by length: {string.Join(", ", lengths.Select(l => $"≤ {l.Key}: {l.Value}"))}. "
                    + $"Raise the limit or shorten the prompts.");
        }

        if (rows == 0)
            throw new DataInputException(
                "E-DATA-EMPTY", $"filters removed everything: {read} rows read, none left ({table})");
        throw new DataInputException(
            "E-DATA-FEW",
            $"{rows} rows are left of {read} ({table}), fewer than the {recipe.MinimumRows} of one step; add rows or "
                + $"make the batch smaller");
    }

    private static string Ids(IEnumerable<string> ids) =>
        string.Join(", ", ids.Take(10)) + (ids.Skip(10).Any() ? ", …" : string.Empty);
}
