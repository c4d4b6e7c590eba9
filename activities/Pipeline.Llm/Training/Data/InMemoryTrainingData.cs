using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace Pipeline.Llm.Training.Data;

/// <summary>Rows held in memory.</summary>
public sealed class InMemoryTrainingData : ITrainingData
{
    private readonly IReadOnlyList<TrainingRow> _rows;

    /// <summary>Checks and keeps rows.</summary>
    /// <param name="rows">Rows in file order.</param>
    /// <exception cref="InvalidDataException">A row is empty, or its weights do not match its tokens.</exception>
    public InMemoryTrainingData(IReadOnlyList<TrainingRow> rows)
    {
        foreach (var row in rows)
        {
            Check(row, row.Sequence);
            Check(row, row.Rejected ?? row.Sequence);
        }

        _rows = rows;
        Fingerprint = Digest(rows);
    }

    /// <inheritdoc/>
    public int Count => _rows.Count;

    /// <inheritdoc/>
    public string Fingerprint { get; }

    /// <inheritdoc/>
    public int Tokens(int index) => _rows[index].Tokens;

    /// <inheritdoc/>
    public TrainingRow Read(int index) => _rows[index];

    private static void Check(TrainingRow row, TrainingSequence sequence)
    {
        if (sequence.Ids.Length == 0 || sequence.Ids.Length != sequence.Weights.Length)
        {
            throw new InvalidDataException(
                $"row '{row.Id}' has {sequence.Ids.Length} tokens and {sequence.Weights.Length} weights: it needs at "
                    + $"least one token and a weight for each");
        }

        if (Array.Exists(sequence.Weights, static weight => !float.IsFinite(weight) || weight < 0))
        {
            throw new InvalidDataException($"row '{row.Id}' has a loss weight that is negative or not a number");
        }
    }

    private static string Digest(IReadOnlyList<TrainingRow> rows)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var row in rows)
        {
            hash.AppendData(
                Encoding.UTF8.GetBytes(
                    $"{row.Id}\n{row.IsDesirable}\n{row.Sequence.Ids.Length}\n{row.Rejected?.Ids.Length ?? -1}\n"));
            foreach (var sequence in new[] { row.Sequence, row.Rejected }.OfType<TrainingSequence>())
            {
                hash.AppendData(MemoryMarshal.AsBytes(sequence.Ids.AsSpan()));
                hash.AppendData(MemoryMarshal.AsBytes(sequence.Weights.AsSpan()));
            }
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
