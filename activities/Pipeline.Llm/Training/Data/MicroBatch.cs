namespace Pipeline.Llm.Training.Data;

/// <summary>Rows laid out for one forward pass, as plain arrays.</summary>
/// <param name="Rows">The rows, in order.</param>
/// <param name="Ids">[rows · columns] token ids.</param>
/// <param name="Height">b of the tensor.</param>
/// <param name="Width">s of the tensor.</param>
/// <param name="SequenceLengths">Length of each sequence.</param>
/// <param name="IsPacked">Whether all sequences lie in one tensor row.</param>
/// <param name="Positions">Flat index of the state that predicts each target.</param>
/// <param name="Targets">Token id of each target.</param>
/// <param name="Weights">Weight of each target.</param>
/// <param name="SequenceOfTarget">Sequence that each target belongs to.</param>
public sealed record MicroBatch(
    IReadOnlyList<TrainingRow> Rows, long[] Ids, int Height, int Width, int[] SequenceLengths, bool IsPacked,
    long[] Positions, long[] Targets, float[] Weights, int[] SequenceOfTarget)
{
    /// <summary>Tokens without padding.</summary>
    public int Tokens => SequenceLengths.Sum();

    /// <summary>Lays out rows.</summary>
    /// <param name="rows">At least one.</param>
    /// <param name="layout">With or without padding.</param>
    /// <param name="padding">Token id for padding.</param>
    /// <returns>The micro-batch; of pairs, the rejected answer follows its chosen one.</returns>
    public static MicroBatch Create(IReadOnlyList<TrainingRow> rows, BatchLayoutKind layout, int padding = 0)
    {
        var sequences = rows.SelectMany(
            static row => row.Rejected is null ? [row.Sequence] : new[] { row.Sequence, row.Rejected }).ToList();
        var lengths = sequences.ConvertAll(static sequence => sequence.Ids.Length).ToArray();
        var isPacked = layout == BatchLayoutKind.PaddingFree;
        var width = isPacked ? lengths.Sum() : lengths.Max();
        var height = isPacked ? 1 : lengths.Length;
        var ids = new long[height * width];
        Array.Fill(ids, padding);
        var (positions, targets, weights, owners) =
            (new List<long>(), new List<long>(), new List<float>(), new List<int>());
        var start = 0;
        for (var index = 0; index < sequences.Count; index++)
        {
            var (tokens, loss) = (sequences[index].Ids, sequences[index].Weights);
            for (var t = 0; t < tokens.Length; t++)
            {
                ids[start + t] = tokens[t];
                if (t > 0 && loss[t] != 0)
                {
                    positions.Add(start + t - 1);
                    targets.Add(tokens[t]);
                    weights.Add(loss[t]);
                    owners.Add(index);
                }
            }

            start += isPacked ? tokens.Length : width;
        }

        return new(
            rows, ids, height, width, lengths, isPacked, [.. positions], [.. targets], [.. weights], [.. owners]);
    }
}
