namespace Pipeline.Data.Dedup;

/// <summary>The hash of one shingle.</summary>
public enum ShingleHash
{
    /// <summary>A 64-bit multiply-fold hash over word hashes; fast, and seeded by the run.</summary>
    Fast,

    /// <summary>The first bytes of SHA-1, little-endian: signatures equal those of datasketch.</summary>
    Sha1,
}
