namespace Pipeline.Data.Dedup;

/// <summary>How a shingle hash becomes the values that a signature keeps the minimum of.</summary>
public enum MinHashScheme
{
    /// <summary>32 bits: mixed once by the MurmurHash3 finaliser, then <c>a·h + b mod 2³²</c>, a odd.</summary>
    Affine32,

    /// <summary>64 bits: mixed once by the 64-bit finaliser, then <c>a·h + b mod 2⁶⁴</c>, a odd.</summary>
    Affine64,

    /// <summary>
    /// No mixing; <c>((a·h + b) mod 2⁶⁴) mod (2⁶¹ − 1)</c>, low 32 bits: signatures of datasketch before 2.0.
    /// </summary>
    Legacy,
}
