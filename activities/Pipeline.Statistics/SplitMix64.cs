namespace Pipeline.Statistics;

/// <summary>
/// The generator of every seeded resampling here: eight bytes of state and the same numbers in any language.
/// </summary>
/// <param name="seed">Any value.</param>
/// <remarks>Source: Steele, Lea and Flood 2014.</remarks>
public sealed class SplitMix64(ulong seed)
{
    private ulong _state = seed;

    /// <summary>The next 64 bits.</summary>
    /// <returns>Any value.</returns>
    public ulong Next()
    {
        _state += 0x9E3779B97F4A7C15;
        var z = _state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>A number below a bound: the high half of the product, without rejection.</summary>
    /// <param name="bound">Above 0.</param>
    /// <returns>0 to <paramref name="bound"/> - 1.</returns>
    public int Below(int bound) => (int)Math.BigMul(Next(), (ulong)bound, out _);
}
