using System.Text.Json;

namespace Pipeline.Activities.Data;

/// <summary>Why a stage set rows aside.</summary>
internal static class SetAside
{
    /// <summary>The reason of the first row that was set aside, for the summary of a stage.</summary>
    /// <param name="folder">Output folder of the stage.</param>
    /// <returns>Text to append; empty when there is no such row.</returns>
    public static string WhyOf(string folder)
    {
        var path = Path.Combine(folder, "quarantine.jsonl");
        if (!File.Exists(path) || File.ReadLines(path).FirstOrDefault() is not { Length: > 0 } first)
        {
            return "";
        }

        using var row = JsonDocument.Parse(first);
        return row.RootElement.TryGetProperty("reason", out var reason)
            ? $", the first because {reason}" : "";
    }
}
