namespace Pipeline.Llm.Training.Data;

/// <summary>SplitMix64: random numbers that are the same on every version of the runtime, machine and device.</summary>
/// <param name="seed">Any value.</param>
/// <remarks>Source: Steele, Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014.</remarks>
public sealed class SeededRandom(ulong seed)
{
    private ulong _state = seed;

    /// <summary>A seed for one of many independent uses.</summary>
    /// <param name="seed">Seed of the run.</param>
    /// <param name="use">What it is for, such as the step and the micro-batch.</param>
    /// <returns>A mixed seed.</returns>
    public static ulong Derive(long seed, params ReadOnlySpan<long> use)
    {
        var random = new SeededRandom((ulong)seed);
        foreach (var number in use)
        {
            random._state = random.Next() ^ (ulong)number;
        }

        return random.Next();
    }

    /// <summary>The next 64 bits.</summary>
    /// <returns>A uniform number.</returns>
    public ulong Next()
    {
        _state += 0x9E3779B97F4A7C15;
        var z = _state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>A uniform number below a bound.</summary>
    /// <param name="bound">At least 1.</param>
    /// <returns>0 to bound − 1; the multiply-shift method, whose bias is below bound / 2⁶⁴.</returns>
    public int Below(int bound) => (int)Math.BigMul(Next(), (ulong)bound, out _);

    /// <summary>Orders items at random (Fisher and Yates).</summary>
    /// <typeparam name="T">Type of the items.</typeparam>
    /// <param name="items">Changed in place.</param>
    public void Shuffle<T>(IList<T> items)
    {
        for (var i = items.Count - 1; i > 0; i--)
        {
            var j = Below(i + 1);
            (items[i], items[j]) = (items[j], items[i]);
        }
    }
}
