namespace Pipeline.Llm.Training.Optimizers;

/// <summary>Update rule of an optimizer.</summary>
public enum OptimizerKind
{
    /// <summary>Adam with decoupled weight decay, moments in float32.</summary>
    AdamW,

    /// <summary>AdamW whose moments are kept in 8 bits, 256 elements a scale.</summary>
    AdamW8Bit,

    /// <summary>Adafactor: second moments of matrices as one row and one column.</summary>
    Adafactor,

    /// <summary>Stochastic gradient descent with momentum; weight decay is added to the gradient.</summary>
    Sgd,
}
