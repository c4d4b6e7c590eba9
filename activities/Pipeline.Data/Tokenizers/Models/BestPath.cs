namespace Pipeline.Data.Tokenizers.Models;

/// <summary>For each byte position the best segmentation that ends there.</summary>
internal sealed class BestPath
{
    internal int Capacity { get; private set; }

    internal double[] Scores { get; private set; } = [];

    internal int[] Starts { get; private set; } = [];

    internal int[] Ids { get; private set; } = [];

    /// <summary>Makes room for positions 0…length and clears them.</summary>
    internal void Reset(int length)
    {
        if (length + 1 > Capacity)
        {
            Capacity = Math.Max(256, Math.Max(length + 1, Capacity * 2));
            Scores = new double[Capacity];
            Starts = new int[Capacity];
            Ids = new int[Capacity];
        }

        Starts.AsSpan(0, length + 1).Fill(-1);
        Scores[0] = 0;
    }
}
