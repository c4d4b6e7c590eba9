namespace Pipeline.Llm.Generation;

/// <summary>
/// How weights lie in memory, in units of two registers, so that one text of a kernel serves every element type.
/// </summary>
internal unsafe interface IPackedNumbers
{
    /// <summary>Bytes of a number.</summary>
    static abstract int Bytes { get; }

    /// <summary>The first register of a unit.</summary>
    static abstract T First<T>(byte* unit)
        where T : struct, IFloatVector<T>;

    /// <summary>The second register of a unit.</summary>
    static abstract T Second<T>(byte* unit)
        where T : struct, IFloatVector<T>;

    /// <summary>Writes a unit.</summary>
    static abstract void Pack(ReadOnlySpan<float> values, byte* unit);
}
