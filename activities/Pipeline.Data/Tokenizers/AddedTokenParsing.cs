namespace Pipeline.Data.Tokenizers;

/// <summary>Which added tokens are recognised in a text.</summary>
public enum AddedTokenParsing
{
    /// <summary>All of them, as the reference library does by default. For text that the program itself made.</summary>
    All,

    /// <summary>All but the special ones, which become ordinary text.</summary>
    NotSpecial,

    /// <summary>
    /// Only those that are plain white space. For text that people wrote: whatever it spells, the result never holds a
    /// control id (see <see cref="HuggingFaceTokenizer.IsControl"/>).
    /// </summary>
    UserText,
}
