namespace Pipeline.Registry.Compatibility;

/// <summary>A linear module that an adapter may target.</summary>
/// <param name="Name">Full module name, such as <c>model.layers.0.self_attn.q_proj</c>.</param>
/// <param name="Inputs">Input size.</param>
/// <param name="Outputs">Output size.</param>
public sealed record ModuleFacts(string Name, int Inputs, int Outputs);

/// <summary>What a base model is, as read from its files; whoever loads models fills it in.</summary>
public sealed record ModelFacts
{
    /// <summary>Architecture, the <c>model_type</c>.</summary>
    public required string Architecture { get; init; }

    /// <summary>Architectures that can be trained and served here.</summary>
    public required IReadOnlyCollection<string> SupportedArchitectures { get; init; }

    /// <summary>Rows of the embedding.</summary>
    public required int EmbeddingRows { get; init; }

    /// <summary>Longest sequence, tokens.</summary>
    public required int ContextLength { get; init; }

    /// <summary>Highest token id of the tokenizer, added tokens included, plus one.</summary>
    public required int TokenizerSize { get; init; }

    /// <summary>Texts of the tokenizer's special and added tokens.</summary>
    public required IReadOnlyCollection<string> Tokens { get; init; }

    /// <summary>Linear modules, embedding and head included.</summary>
    public required IReadOnlyList<ModuleFacts> Modules { get; init; }
}

/// <summary>What a training run or a deployment wants of a base model.</summary>
public sealed record CompatibilityRequest
{
    /// <summary>Special tokens that the chat template writes.</summary>
    public IReadOnlyList<string> TemplateTokens { get; init; } = [];

    /// <summary>Longest training sequence, tokens.</summary>
    public int MaxLength { get; init; } = 1;

    /// <summary>Targeted modules by the last part of their name, or <c>all-linear</c>.</summary>
    public IReadOnlyList<string> TargetModules { get; init; } = [];

    /// <summary>Rank of the adapter.</summary>
    public int Rank { get; init; } = 1;

    /// <summary>Base that the adapter was trained on; null before training.</summary>
    public Models.BaseModelRef? AdapterBase { get; init; }

    /// <summary>Base that serves; null before serving.</summary>
    public Models.BaseModelRef? ServingBase { get; init; }
}

/// <summary>One reason why the request cannot work.</summary>
/// <param name="Code">Stable code, see <see cref="CompatibilityCodes"/>.</param>
/// <param name="Message">What differs and what to do.</param>
public sealed record CompatibilityProblem(string Code, string Message);
