using Pipeline.Llm.Configuration;
using Pipeline.Llm.Kernels;
using Pipeline.Llm.Modules;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Pipeline.Llm.Models;

/// <summary>Puts modules together from named tensors.</summary>
internal sealed class ModelBuilder(ModelConfig config, IReadOnlyDictionary<string, Tensor> tensors)
{
    private readonly Architecture _architecture = Architecture.ByModelType[config.ModelType];

    /// <summary>Slots by module path, in the order of the checkpoint.</summary>
    public Dictionary<string, ModuleSlot> Slots { get; } = new(StringComparer.Ordinal);

    public EmbeddingLayer Embedding() =>
        new(Slot(ModelShapes.Embedding), _architecture.ScalesEmbeddings ? Math.Sqrt(config.HiddenSize) : null);

    public DecoderLayer Layer(int layer)
    {
        var prefix = $"model.layers.{layer}.";
        string[] projections = _architecture.FusesProjections ? ["qkv_proj"] : ["q_proj", "k_proj", "v_proj"];
        string[] inputs = _architecture.FusesProjections ? ["gate_up_proj"] : ["gate_proj", "up_proj"];
        var attention = prefix + "self_attn.";
        var norms = _architecture.NormalizesQueriesAndKeys;
        var input = Norm(prefix + "input_layernorm");
        var attends = new Attention(
            config, layer, [.. projections.Select(name => Linear(attention + name))], Linear(attention + "o_proj"),
            norms ? Norm(attention + "q_norm") : null, norms ? Norm(attention + "k_norm") : null);
        var after = Norm(prefix + "post_attention_layernorm");
        var feeds = new FeedForward(
            [.. inputs.Select(name => Linear(prefix + "mlp." + name))], Linear(prefix + "mlp.down_proj"), Activation());
        return _architecture.HasPostNorms
            ? new(input, attends, after, Norm(prefix + "pre_feedforward_layernorm"), feeds,
                Norm(prefix + "post_feedforward_layernorm"))
            : new(input, attends, null, after, feeds, null);
    }

    public RmsNormLayer Norm(string name) => new(Slot(name), config.NormEpsilon, _architecture.NormAddsOne);

    /// <summary>
    /// The head; a tied one has a slot of its own over the embedding's weight, for adapters that mean the head.
    /// </summary>
    public LinearLayer Head()
    {
        if (!config.TieEmbeddings)
        {
            return Linear(ModelShapes.Head);
        }

        var slot = new ModuleSlot(ModelShapes.Head, Slots[ModelShapes.Embedding].Weight, bias: null);
        Slots[ModelShapes.Head] = slot;
        return new(slot);
    }

    private LinearLayer Linear(string name) => new(Slot(name));

    private ModuleSlot Slot(string name)
    {
        var bias = tensors.TryGetValue(name + ".bias", out var value) ? Frozen(value) : null;
        return Slots[name] = new ModuleSlot(name, Frozen(tensors[name + ".weight"]), bias);
    }

    private static Parameter Frozen(Tensor tensor) => new(tensor, requires_grad: false);

    private GateActivation Activation() => config.Activation switch
    {
        "silu" => GateActivation.Silu,
        "gelu" => GateActivation.Gelu,
        _ => GateActivation.GeluTanh,
    };
}
