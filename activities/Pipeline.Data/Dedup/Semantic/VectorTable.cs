using System.Numerics;
using System.Runtime.InteropServices;

namespace Pipeline.Data.Dedup.Semantic;

/// <summary>Vectors of length 1, one after the other.</summary>
internal sealed class VectorTable(int dimensions, long budgetBytes)
{
    private readonly List<float> _values = [];

    public int Count => _values.Count / dimensions;

    public ReadOnlySpan<float> this[int row] => CollectionsMarshal.AsSpan(_values).Slice(row * dimensions, dimensions);

    /// <exception cref="InvalidDataException">The vectors do not fit the budget, or one has no direction.</exception>
    public void Add(ReadOnlySpan<float> vector, string id)
    {
        if ((_values.Count + (long)dimensions) * sizeof(float) > Math.Min(budgetBytes, Array.MaxLength))
        {
            throw new InvalidDataException(
                $"vectors of {Count + 1} rows with {dimensions} components do not fit {budgetBytes >> 20} MiB; remove "
                    + $"exact and near-duplicates first, or raise the budget");
        }

        var length = MathF.Sqrt(Dot(vector, vector));
        if (!float.IsFinite(length) || length == 0)
        {
            throw new InvalidDataException(
                $"the vector of row '{id}' has length {length}; look at the model that made it");
        }

        foreach (var value in vector)
        {
            _values.Add(value / length);
        }
    }

    public static float Dot(ReadOnlySpan<float> left, ReadOnlySpan<float> right)
    {
        var (sum, at) = (Vector<float>.Zero, 0);
        for (; at + Vector<float>.Count <= left.Length; at += Vector<float>.Count)
        {
            sum += new Vector<float>(left[at..]) * new Vector<float>(right[at..]);
        }

        var total = Vector.Sum(sum);
        for (; at < left.Length; at++)
        {
            total += left[at] * right[at];
        }

        return total;
    }
}
