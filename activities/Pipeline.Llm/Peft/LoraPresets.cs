namespace Pipeline.Llm.Peft;

/// <summary>Named adapter configurations.</summary>
public static class LoraPresets
{
    /// <summary>Presets by name.</summary>
    public static IReadOnlyDictionary<string, LoraConfig> ByName { get; } =
        new Dictionary<string, LoraConfig>(StringComparer.Ordinal)
        {
            ["seed0-attn4"] = new()
            {
                Rank = 16,
                Alpha = 32,
                Dropout = 0.1,
                TargetModules = ["q_proj", "k_proj", "v_proj", "o_proj"],
            },
            ["seed1-default"] = new()
            {
                Rank = 16,
                Alpha = 32,
                Dropout = 0.05,
                TargetModules = LoraConfig.AllProjections,
            },
            ["seed2-r64"] = new() { Rank = 64, Alpha = 128, Dropout = 0.05, TargetModules = LoraConfig.AllProjections },
        };

    /// <summary>What is trained when nobody says otherwise.</summary>
    /// <value>LoRA of rank 16, α 32, dropout 0.05 on the seven projections.</value>
    public static LoraConfig Default => ByName["seed1-default"];
}
