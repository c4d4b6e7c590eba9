namespace Pipeline.Registry.Compatibility;

/// <summary>Codes of incompatibilities.</summary>
public static class CompatibilityCodes
{
    /// <summary>The architecture is not supported.</summary>
    public const string Architecture = "E-COMPAT-ARCHITECTURE";

    /// <summary>The tokenizer has more tokens than the embedding has rows.</summary>
    public const string Vocabulary = "E-COMPAT-VOCABULARY";

    /// <summary>The chat template writes a special token that the tokenizer lacks.</summary>
    public const string SpecialToken = "E-COMPAT-SPECIAL-TOKEN";

    /// <summary>The training sequence is longer than the context.</summary>
    public const string Context = "E-COMPAT-CONTEXT";

    /// <summary>A targeted module does not exist.</summary>
    public const string TargetModule = "E-COMPAT-TARGET-MODULE";

    /// <summary>The rank is not below the sizes of a targeted module.</summary>
    public const string Rank = "E-COMPAT-RANK";

    /// <summary>The adapter belongs to another base or revision than the one that serves.</summary>
    public const string BaseRevision = "E-COMPAT-BASE-REVISION";
}
