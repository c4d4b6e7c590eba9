using Pipeline.Llm.Configuration;

namespace Pipeline.Llm.Models;

/// <summary>What distinguishes one decoder family from the others; a file of its own describes each.</summary>
public abstract class Architecture
{
    /// <summary>All built-in families by <c>model_type</c>.</summary>
    public static IReadOnlyDictionary<string, Architecture> ByModelType { get; } = new Architecture[]
    {
        new LlamaArchitecture(), new MistralArchitecture(), new Qwen2Architecture(), new Qwen3Architecture(),
        new GemmaArchitecture(), new Gemma2Architecture(), new Gemma3Architecture(), new Phi3Architecture(),
    }.ToDictionary(architecture => architecture.ModelType, StringComparer.Ordinal);

    /// <summary>The value of <c>model_type</c>.</summary>
    public abstract string ModelType { get; }

    /// <summary>Values used for keys that a configuration leaves out.</summary>
    public abstract ArchitectureDefaults Defaults { get; }

    /// <summary>Bias on q, k and v.</summary>
    /// <param name="config">The model's configuration.</param>
    /// <returns>True when the tensors exist.</returns>
    public virtual bool HasQueryKeyValueBias(ModelConfig config) => config.AttentionBias;

    /// <summary>Bias on the attention output.</summary>
    /// <param name="config">The model's configuration.</param>
    /// <returns>True when the tensor exists.</returns>
    public virtual bool HasOutputBias(ModelConfig config) => config.AttentionBias;

    /// <summary>Bias on the feed-forward projections.</summary>
    /// <param name="config">The model's configuration.</param>
    /// <returns>True when the tensors exist.</returns>
    public virtual bool HasMlpBias(ModelConfig config) => false;

    /// <summary>RMSNorm on queries and keys, per head, before the rotation.</summary>
    public virtual bool NormalizesQueriesAndKeys => false;

    /// <summary>Norms after attention and after the feed-forward layer, before the residual sum.</summary>
    public virtual bool HasPostNorms => false;

    /// <summary>RMSNorm multiplies by 1 + weight, in float32.</summary>
    public virtual bool NormAddsOne => false;

    /// <summary>
    /// Embeddings are multiplied by the root of the hidden size, rounded to the model's element type.
    /// </summary>
    public virtual bool ScalesEmbeddings => false;

    /// <summary>The attention scale comes from <c>query_pre_attn_scalar</c>.</summary>
    public virtual bool Scored => false;

    /// <summary>q, k, v are one tensor, gate and up another.</summary>
    public virtual bool FusesProjections => false;

    /// <summary>Sliding layers have rotary settings of their own.</summary>
    public virtual bool RopePerLayerType => false;

    /// <summary>The window that the configuration asks for.</summary>
    /// <param name="fields">The configuration's fields.</param>
    /// <returns>Tokens, or null for none.</returns>
    internal virtual int? Window(ConfigFields fields) => null;

    /// <summary>Whether a layer slides when <c>layer_types</c> is absent.</summary>
    /// <param name="fields">The configuration's fields.</param>
    /// <param name="layer">Zero-based layer.</param>
    /// <returns>True for sliding attention.</returns>
    internal virtual bool Slides(ConfigFields fields, int layer) => false;
}
