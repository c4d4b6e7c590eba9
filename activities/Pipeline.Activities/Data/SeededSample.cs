using System.Security.Cryptography;
using System.Text;
using Pipeline.Data.Stages;

namespace Pipeline.Activities.Data;

/// <summary>Draws lines by their digest, so that the same lines are drawn whatever their order.</summary>
internal static class SeededSample
{
    /// <summary>Leaves at most so many rows in a file and accounts for the others; 0 leaves all.</summary>
    public static void Thin(string path, int most, long seed, RowAccounting rows)
    {
        if (most == 0 || rows.Out <= most)
        {
            return;
        }

        // Two passes: the file may be larger than memory, keys of its rows are not.
        var kept = File.ReadLines(path).Select((line, index) => (Key: KeyOf(line, seed), Index: index))
            .OrderBy(entry => entry.Key, StringComparer.Ordinal).ThenBy(entry => entry.Index).Take(most)
            .Select(entry => entry.Index).ToHashSet();
        var thinned = path + ".thinned";
        File.WriteAllLines(thinned, File.ReadLines(path).Where((_, index) => kept.Contains(index)));
        File.Move(thinned, path, overwrite: true);
        rows.Removed["not-sampled"] = rows.Removed.GetValueOrDefault("not-sampled") + rows.Out - kept.Count;
        rows.Out = kept.Count;
    }

    /// <summary>Takes at most so many lines; 0 takes all.</summary>
    /// <param name="rows">All rows.</param>
    /// <param name="lineOf">What of a row decides.</param>
    /// <param name="most">Most rows.</param>
    /// <param name="seed">Seed of the draw.</param>
    public static List<T> Take<T>(IEnumerable<T> rows, Func<T, string> lineOf, int most, long seed)
    {
        if (most == 0)
        {
            return [.. rows];
        }

        return [.. rows.Select((row, index) => (Row: row, Index: index, Key: KeyOf(lineOf(row), seed)))
            .OrderBy(entry => entry.Key, StringComparer.Ordinal).Take(most).OrderBy(entry => entry.Index)
            .Select(entry => entry.Row)];
    }

    private static string KeyOf(string line, long seed) =>
        Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes($"{seed}\n{line}")));
}
