namespace Pipeline.Data.Ingest;

/// <summary>
/// Matches keys: <c>*</c> any run inside a part, <c>**</c> any run across parts, <c>?</c> one character of a part.
/// </summary>
/// <remarks>Case matters. The work is bounded by the product of both lengths, whatever the pattern.</remarks>
/// <param name="pattern">The pattern; <c>**</c> matches every key.</param>
public sealed class GlobPattern(string pattern)
{
    /// <summary>Whether a key matches.</summary>
    /// <param name="key">A key.</param>
    /// <returns>True when all of it matches.</returns>
    public bool Matches(string key)
    {
        // reachable[i]: the pattern so far can end before key[i].
        var reachable = new bool[key.Length + 1];
        reachable[0] = true;
        for (var p = 0; p < pattern.Length; p++)
        {
            if (pattern[p] != '*')
            {
                Step(reachable, key, pattern[p]);
                continue;
            }

            var across = p + 1 < pattern.Length && pattern[p + 1] == '*';
            var slash = across && p + 2 < pattern.Length && pattern[p + 2] == '/';
            if (slash && (p == 0 || pattern[p - 1] == '/'))
            {
                // "**/" is also no folder at all.
                var before = (bool[])reachable.Clone();
                Spread(reachable, key, across: true);
                Step(reachable, key, '/');
                for (var i = 0; i < reachable.Length; i++)
                {
                    reachable[i] |= before[i];
                }

                p += 2;
                continue;
            }

            Spread(reachable, key, across);
            p += across ? 1 : 0;
        }

        return reachable[^1];
    }

    private static void Step(bool[] reachable, string key, char wanted)
    {
        for (var i = key.Length; i > 0; i--)
        {
            reachable[i] = reachable[i - 1] && (key[i - 1] == wanted || (wanted == '?' && key[i - 1] != '/'));
        }

        reachable[0] = false;
    }

    private static void Spread(bool[] reachable, string key, bool across)
    {
        for (var i = 1; i <= key.Length; i++)
        {
            reachable[i] |= reachable[i - 1] && (across || key[i - 1] != '/');
        }
    }
}
