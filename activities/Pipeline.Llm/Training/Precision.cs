namespace Pipeline.Llm.Training;

/// <summary>Element type of the computation; adapters, moments, losses and norms are float32 in any case.</summary>
public enum Precision
{
    /// <summary>bfloat16; needs no loss scaling.</summary>
    Bfloat16,

    /// <summary>float16 with dynamic loss scaling; only for devices without bfloat16.</summary>
    Float16,

    /// <summary>float32.</summary>
    Float32,
}
