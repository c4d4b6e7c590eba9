using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Pipeline.Llm.Training.Data;

/// <summary>The steps of one epoch: which rows, in which micro-batches. A pure function of lengths, settings, seed and
/// epoch.</summary>
public sealed class EpochPlan
{
    private const int WindowBatches = 8;

    private EpochPlan(IReadOnlyList<IReadOnlyList<int[]>> steps, double fill)
    {
        Steps = steps;
        FillRatio = fill;
    }

    /// <summary>For each step its micro-batches, for each micro-batch its row indexes.</summary>
    public IReadOnlyList<IReadOnlyList<int[]>> Steps { get; }

    /// <summary>Share of the packs' room that holds tokens; 1 without packs.</summary>
    public double FillRatio { get; }

    /// <summary>Digest of the order.</summary>
    /// <returns>Hexadecimal SHA-256.</returns>
    public string Digest()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var rows in Steps.SelectMany(step => step))
        {
            hash.AppendData(MemoryMarshal.AsBytes(rows.AsSpan()));
            hash.AppendData([255]);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>Plans an epoch.</summary>
    /// <param name="data">Rows; only their lengths are looked at.</param>
    /// <param name="settings">Sizes and order.</param>
    /// <param name="seed">Seed of the run.</param>
    /// <param name="epoch">Zero-based.</param>
    /// <returns>The plan; the last step may be smaller.</returns>
    /// <exception cref="InvalidDataException">There are no rows, or one is longer than a pack.</exception>
    public static EpochPlan Create(ITrainingData data, BatchSettings settings, long seed, int epoch)
    {
        if (data.Count == 0)
        {
            throw new InvalidDataException("there is no row to train on");
        }

        var random = new SeededRandom(SeededRandom.Derive(seed, epoch));
        var order = Enumerable.Range(0, data.Count).ToList();
        if (settings.Shuffle)
        {
            random.Shuffle(order);
        }

        var fill = 1.0;
        var units = order.ConvertAll(row => new[] { row });
        if (settings.PackTokens is { } room)
        {
            units = Packer.Pack(order, data, room);
            fill = order.Sum(row => (double)data.Tokens(row)) / ((double)units.Count * room);
            if (settings.Shuffle)
            {
                random.Shuffle(units);
            }
        }

        var steps = units.Chunk(settings.EffectiveBatch).ToList();
        if (settings.GroupByLength && settings.PackTokens is null)
        {
            steps = Grouped(units, data, settings, random);
        }

        return new(steps.ConvertAll(step => MicroBatches(step, settings)), fill);
    }

    private static IReadOnlyList<int[]> MicroBatches(int[][] step, BatchSettings settings) =>
        [.. step.Chunk(settings.MicroBatch).Select(static units => units.SelectMany(unit => unit).ToArray())];

    // Rows of one kind often have one length. Only a micro-batch therefore has rows of similar length, which is what
    // saves padding; a step takes its micro-batches from all over a window of mixed rows, so that no step is made of
    // one kind and the loss does not jump between steps.
    private static List<int[][]> Grouped(
        List<int[]> units, ITrainingData data, BatchSettings settings, SeededRandom random)
    {
        var steps = new List<int[][]>();
        foreach (var window in units.Chunk(WindowBatches * settings.EffectiveBatch))
        {
            var batches = window.OrderBy(unit => data.Tokens(unit[0])).Chunk(settings.MicroBatch).ToList();
            // A smaller last one stays behind the full ones: what is cut into steps is cut again into micro-batches.
            var rest = batches[^1].Length < settings.MicroBatch ? batches[^1] : null;
            batches = batches[..(batches.Count - (rest is null ? 0 : 1))];
            random.Shuffle(batches);
            steps.AddRange((rest is null ? batches : [.. batches, rest]).Chunk(settings.Accumulation)
                .Select(step => step.SelectMany(batch => batch).ToArray()));
        }

        if (settings.Shuffle)
        {
            random.Shuffle(steps);
        }

        return steps;
    }
}
