namespace Pipeline.Llm.Peft;

/// <summary>A LoRA-family adapter as <c>adapter_config.json</c> describes it.</summary>
public sealed record LoraConfig
{
    /// <summary>Rank of the update.</summary>
    /// <value>8.</value>
    public int Rank { get; init; } = 8;

    /// <summary>Numerator of the scale α/r (or α/√r).</summary>
    /// <value>8.</value>
    public double Alpha { get; init; } = 8;

    /// <summary>Dropout on the adapter's input while training, 0 to below 1.</summary>
    public double Dropout { get; init; }

    /// <summary>
    /// Module names (exact, or a last part); <c>all-linear</c> alone means every linear module but the head.
    /// </summary>
    public IReadOnlyList<string> TargetModules { get; init; } = [];

    /// <summary>
    /// A regular expression that must match a module's whole name; used instead of <see cref="TargetModules"/>.
    /// </summary>
    public string? TargetRegex { get; init; }

    /// <summary>Names left out, by the same rule as the targets.</summary>
    public IReadOnlyList<string> ExcludeModules { get; init; } = [];

    /// <summary>A regular expression of names left out.</summary>
    public string? ExcludeRegex { get; init; }

    /// <summary>Ranks of modules whose name ends in a match of the key; the first match counts.</summary>
    public IReadOnlyList<KeyValuePair<string, int>> RankPattern { get; init; } = [];

    /// <summary>Alphas by the same rule.</summary>
    public IReadOnlyList<KeyValuePair<string, double>> AlphaPattern { get; init; } = [];

    /// <summary>Scale α/√r instead of α/r (arXiv 2312.03732).</summary>
    public bool UseRsLora { get; init; }

    /// <summary>Weight decomposition into magnitude and direction (arXiv 2402.09353).</summary>
    public bool UseDora { get; init; }

    /// <summary>Which base biases are trained.</summary>
    public LoraBias Bias { get; init; }

    /// <summary>A bias on B.</summary>
    public bool LoraHasBias { get; init; }

    /// <summary>Modules trained and saved in full.</summary>
    public IReadOnlyList<string> ModulesToSave { get; init; } = [];

    /// <summary>Layers that carry an adapter; null for all.</summary>
    public IReadOnlyList<int>? LayersToTransform { get; init; }

    /// <summary>Name of the list of layers that <see cref="LayersToTransform"/> counts in; empty for any.</summary>
    public IReadOnlyList<string> LayersPattern { get; init; } = [];

    /// <summary>Token ids whose embedding rows are trained.</summary>
    public IReadOnlyList<int> TrainableTokenIndices { get; init; } = [];

    /// <summary>How a new adapter starts.</summary>
    public LoraInit Init { get; init; }

    /// <summary>Name or path of the base model.</summary>
    public string? BaseModel { get; init; }

    /// <summary>Revision of the base model.</summary>
    public string? Revision { get; init; }

    /// <summary>Task.</summary>
    /// <value><c>CAUSAL_LM</c>.</value>
    public string TaskType { get; init; } = "CAUSAL_LM";

    /// <summary>Modules targeted when nothing is said, as PEFT does for these families.</summary>
    public static IReadOnlyList<string> DefaultTargets { get; } = ["q_proj", "v_proj"];

    /// <summary>The seven projections of a Llama-like layer.</summary>
    public static IReadOnlyList<string> AllProjections { get; } =
        ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"];

    /// <summary>Scale of the update of a module.</summary>
    /// <param name="rank">Rank after the patterns.</param>
    /// <param name="alpha">Alpha after the patterns.</param>
    /// <returns>α/r, or α/√r with rsLoRA.</returns>
    public double Scaling(int rank, double alpha) => UseRsLora ? alpha / Math.Sqrt(rank) : alpha / rank;
}
