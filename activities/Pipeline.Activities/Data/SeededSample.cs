using System.Security.Cryptography;
using System.Text;

namespace Pipeline.Activities.Data;

/// <summary>Draws lines by their digest, so that the same lines are drawn whatever their order.</summary>
internal static class SeededSample
{
    /// <summary>Takes at most so many lines; 0 takes all.</summary>
    public static List<string> Take(IEnumerable<string> lines, int most, long seed)
    {
        if (most == 0)
        {
            return [.. lines];
        }

        return [.. lines.Select((line, index) => (Line: line, Index: index, Key: Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes($"{seed}\n{line}")))))
            .OrderBy(entry => entry.Key, StringComparer.Ordinal).Take(most).OrderBy(entry => entry.Index).Select(entry => entry.Line)];
    }
}
