using Pipeline.Llm.Training.Optimizers;

namespace Pipeline.Llm.Training.Memory;

/// <summary>A configuration whose memory is to be estimated.</summary>
public sealed record MemoryRequest
{
    /// <summary>Sizes of the model.</summary>
    public required ModelFootprint Model { get; init; }

    /// <summary>What is trained.</summary>
    public TuningMethod Method { get; init; } = TuningMethod.Lora;

    /// <summary>Trainable parameters of the adapter; not used for a full fine-tune.</summary>
    public double AdapterParameters { get; init; }

    /// <summary>Tokens of a micro-batch.</summary>
    /// <value>Default 2,048.</value>
    public int MicroBatchTokens { get; init; } = 2048;

    /// <summary>Share of the tokens whose logits are needed.</summary>
    /// <value>Default 1.</value>
    public double SupervisedShare { get; init; } = 1;

    /// <summary>Whether layers are computed again in the backward pass.</summary>
    public bool RecomputesActivations { get; init; }

    /// <summary>Whether adapters see their inputs through dropout, so that each of them keeps its own.</summary>
    public bool DropsInputs { get; init; }

    /// <summary>Whether the fused CPU kernel computes the loss, which keeps no logits.</summary>
    public bool FusesLoss { get; init; }

    /// <summary>Update rule.</summary>
    public OptimizerKind Optimizer { get; init; }

    /// <summary>Whether weights and states are 2 bytes wide (bfloat16, float16) instead of 4.</summary>
    /// <value>Default true.</value>
    public bool IsHalfPrecision { get; init; } = true;
}
