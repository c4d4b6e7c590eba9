namespace Pipeline.Data.Tokenizers;

/// <summary>Which stages run.</summary>
internal readonly record struct StageOptions(bool Normalize, bool PreTokenize)
{
    internal static StageOptions All => new(true, true);
}
