namespace Pipeline.Llm.Quantization;

/// <summary>How frozen linear weights are stored.</summary>
public enum WeightQuantization
{
    /// <summary>In the model's element type.</summary>
    None,

    /// <summary>4-bit NormalFloat with one float32 scale for 64 elements (arXiv 2305.14314).</summary>
    Nf4,

    /// <summary>4-bit NormalFloat with 8-bit scales.</summary>
    Nf4Double,

    /// <summary>8-bit integers with one scale a row.</summary>
    Int8,
}
