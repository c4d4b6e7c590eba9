namespace Pipeline.Hosting.Configuration;

/// <summary>Finds the known name that a mistyped one probably meant.</summary>
public static class NearestName
{
    /// <summary>The closest candidate, when it is close enough to be a typing error.</summary>
    /// <param name="name">What was written.</param>
    /// <param name="candidates">What is known.</param>
    /// <returns>A candidate within a third of its length in edits, or null.</returns>
    public static string? Find(string name, IEnumerable<string> candidates)
    {
        var best = candidates
            .Select(candidate => (candidate, distance: Distance(name, candidate)))
            .OrderBy(pair => pair.distance)
            .FirstOrDefault();
        return best.candidate is { } found && best.distance <= Math.Max(2, found.Length / 3) ? found : null;
    }

    // Levenshtein 1966, one row at a time.
    private static int Distance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var substitute = diagonal
                    + (char.ToLowerInvariant(a[i - 1]) == char.ToLowerInvariant(b[j - 1]) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(substitute, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[b.Length];
    }
}
