namespace Pipeline.Data.Sanitization;

/// <summary>What occurs in a text, as far as it decides which rules need to look at it.</summary>
[Flags]
internal enum TextTraits
{
    None = 0,

    /// <summary>Characters beyond ASCII, or control characters other than tabs and line feeds.</summary>
    Odd = 1,

    /// <summary>A line feed, <c>&lt;</c>, <c>%</c> or <c>=</c>.</summary>
    Signs = 2,

    /// <summary>A digit, a colon, an at sign or an underscore.</summary>
    Anchors = 4,

    /// <summary>
    /// One of <c>---</c>, <c>yJ</c>, <c>IA</c>, <c>xox</c>, <c>ssp</c> in any case, and <c> -p</c>, which secrets
    /// begin with.
    /// </summary>
    Prefixes = 8,

    /// <summary>A letter t before a closing bracket, or a T before a space, as in spelled addresses.</summary>
    Spelled = 16,

    All = Odd | Signs | Anchors | Prefixes | Spelled,
}
