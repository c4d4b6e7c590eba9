namespace Pipeline.Llm.Training.Memory;

/// <summary>What is trained, and how the base is kept.</summary>
public enum TuningMethod
{
    /// <summary>All weights.</summary>
    Full,

    /// <summary>An adapter on a base of full width.</summary>
    Lora,

    /// <summary>An adapter on a base in 8 bits a weight.</summary>
    Lora8Bit,

    /// <summary>An adapter on a base in 4 bits a weight (NF4 with double quantisation).</summary>
    QLora,
}
