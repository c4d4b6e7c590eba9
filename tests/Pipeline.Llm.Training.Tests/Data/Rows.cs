using System.Globalization;
using Pipeline.Llm.Training.Data;

namespace Pipeline.Llm.Training.Tests.Data;

/// <summary>Made-up rows.</summary>
internal static class Rows
{
    public static InMemoryTrainingData OfLengths(IEnumerable<int> lengths) =>
        new([.. lengths.Select((length, i) => new TrainingRow(
            i.ToString(CultureInfo.InvariantCulture),
            new([.. Enumerable.Range(i, length)], [.. Enumerable.Repeat(1f, length)])))]);

    /// <summary>Rows of a small vocabulary in which each token fixes the next.</summary>
    public static InMemoryTrainingData Chain(int count, int vocabulary, ulong seed, int shortest = 4, int longest = 12)
    {
        var random = new SeededRandom(seed);
        var rows = new List<TrainingRow>();
        for (var i = 0; i < count; i++)
        {
            var length = shortest + random.Below(longest - shortest + 1);
            var start = random.Below(vocabulary);
            var ids = Enumerable.Range(0, length).Select(t => (start + (t * 3)) % vocabulary).ToArray();
            var supervised = 1 + random.Below(length - 1);
            rows.Add(new($"row-{i}", new(ids, [.. ids.Select((_, t) => t >= supervised ? 1f : 0f)])));
        }

        return new(rows);
    }
}
