namespace Pipeline.Data.ChatTemplates;

/// <summary>
/// What one rendering may use. The reference sandbox has no such limits; a hostile template would never end.
/// </summary>
public sealed record ChatTemplateLimits
{
    /// <summary>Evaluated nodes, loop rounds and, for long texts, 64 copied characters each.</summary>
    /// <value>20 million, a few seconds.</value>
    public long MaxSteps { get; init; } = 20_000_000;

    /// <summary>Nested macro calls and recursive loops.</summary>
    /// <value>100.</value>
    public int MaxDepth { get; init; } = 100;

    /// <summary>Characters of any text, the result included, and items of any list.</summary>
    /// <value>64 million.</value>
    public int MaxOutput { get; init; } = 64 << 20;
}
