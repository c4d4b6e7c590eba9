namespace Pipeline.Llm.Generation;

/// <summary>SplitMix64: the random numbers of one sequence, a pure function of its seed.</summary>
/// <remarks><b>Source:</b> Steele, Lea and Flood 2014, "Fast splittable pseudorandom number generators".</remarks>
/// <param name="seed">Any number.</param>
internal struct TokenRandom(ulong seed)
{
    private ulong _state = seed;

    /// <summary>A number in [0, 1) with 53 random bits.</summary>
    public double NextDouble()
    {
        _state += 0x9E3779B97F4A7C15;
        var z = _state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return ((z ^ (z >> 31)) >> 11) * (1.0 / (1UL << 53));
    }
}
