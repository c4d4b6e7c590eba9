namespace Pipeline.Data.Building;

/// <summary>Shuffles and samples that depend on the seed alone, on any platform and runtime version.</summary>
public static class SeededOrder
{
    /// <summary>A random permutation (Fisher–Yates over SplitMix64).</summary>
    /// <param name="count">Number of items.</param>
    /// <param name="seed">Any number.</param>
    /// <returns>The indexes 0 to <paramref name="count"/> - 1 in random order.</returns>
    public static int[] Permutation(int count, ulong seed)
    {
        var order = new int[count];
        for (var i = 0; i < count; i++) order[i] = i;
        for (var i = count - 1; i > 0; i--)
        {
            var other = (int)Math.BigMul(Next(ref seed), (ulong)i + 1, out _);
            (order[i], order[other]) = (order[other], order[i]);
        }

        return order;
    }

    /// <summary>A random sample without repetition, in ascending order: the rows a person reviews.</summary>
    /// <param name="count">Number of rows.</param>
    /// <param name="size">Wanted size, usually 100; all rows when there are fewer.</param>
    /// <param name="seed">Any number.</param>
    /// <returns>Ascending indexes.</returns>
    public static int[] Sample(int count, int size, ulong seed) => [.. Permutation(count, seed).Take(size).Order()];

    private static ulong Next(ref ulong state)
    {
        state += 0x9E3779B97F4A7C15;
        var z = state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
