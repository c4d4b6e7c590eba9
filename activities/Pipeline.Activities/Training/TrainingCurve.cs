using System.Text.Json;
using Pipeline.Workflows.Contracts;

namespace Pipeline.Activities.Training;

/// <summary>
/// The loss curve of all attempts, from the events that the trainer keeps without gaps or repetitions.
/// </summary>
internal static class TrainingCurve
{
    private const int MostPoints = 200;

    public static IReadOnlyList<LossPoint> Read(string path)
    {
        var points = new List<LossPoint>();
        foreach (var line in File.Exists(path) ? File.ReadLines(path) : [])
        {
            using var row = JsonDocument.Parse(line);
            if (row.RootElement.TryGetProperty("learningRate", out var rate)
                && row.RootElement.TryGetProperty("loss", out var loss) && loss.ValueKind == JsonValueKind.Number)
            {
                points.Add(
                    new LossPoint(row.RootElement.GetProperty("step").GetInt32(), loss.GetDouble(), rate.GetDouble()));
            }
        }

        var every = (points.Count + MostPoints - 1) / MostPoints;
        return every <= 1 ? points
            : [.. points.Where((_, index) => index % every == 0 || index == points.Count - 1).Take(MostPoints)];
    }
}
