namespace Pipeline.Data.Tokenizers;

/// <summary>The unit in which offsets count.</summary>
public enum OffsetUnit
{
    /// <summary>UTF-16 code units: indexes of a .NET string.</summary>
    Utf16,

    /// <summary>Unicode code points: indexes of a Python string.</summary>
    CodePoint,

    /// <summary>Bytes of the UTF-8 form.</summary>
    Byte,
}
