namespace Pipeline.Llm.Checkpoints;

/// <summary>
/// Element types of the safetensors format, in the ascending order that its reference writer sorts by.
/// </summary>
/// <remarks>
/// Source: the safetensors format description, list of dtypes; the order is that of the reference implementation.
/// </remarks>
public enum SafeTensorsDType
{
    /// <summary>Boolean, one byte.</summary>
    BOOL,

    /// <summary>4-bit float, two per byte.</summary>
    F4,

    /// <summary>6-bit float, 2 exponent bits.</summary>
    F6_E2M3,

    /// <summary>6-bit float, 3 exponent bits.</summary>
    F6_E3M2,

    /// <summary>Unsigned byte.</summary>
    U8,

    /// <summary>Signed byte.</summary>
    I8,

    /// <summary>8-bit float with 5 exponent bits.</summary>
    F8_E5M2,

    /// <summary>8-bit float with 4 exponent bits.</summary>
    F8_E4M3,

    /// <summary>8-bit power of two.</summary>
    F8_E8M0,

    /// <summary>8-bit float, 4 exponent bits, no negative zero.</summary>
    F8_E4M3FNUZ,

    /// <summary>8-bit float, 5 exponent bits, no negative zero.</summary>
    F8_E5M2FNUZ,

    /// <summary>16-bit signed integer.</summary>
    I16,

    /// <summary>16-bit unsigned integer.</summary>
    U16,

    /// <summary>IEEE half precision.</summary>
    F16,

    /// <summary>bfloat16.</summary>
    BF16,

    /// <summary>32-bit signed integer.</summary>
    I32,

    /// <summary>32-bit unsigned integer.</summary>
    U32,

    /// <summary>Single precision.</summary>
    F32,

    /// <summary>Complex of two single-precision numbers.</summary>
    C64,

    /// <summary>Double precision.</summary>
    F64,

    /// <summary>64-bit signed integer.</summary>
    I64,

    /// <summary>64-bit unsigned integer.</summary>
    U64,
}
