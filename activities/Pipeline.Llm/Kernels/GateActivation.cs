namespace Pipeline.Llm.Kernels;

/// <summary>Activation of the gate of a feed-forward layer.</summary>
public enum GateActivation
{
    /// <summary>x · σ(x): SwiGLU.</summary>
    Silu,

    /// <summary>x · Φ(x) with the exact normal distribution.</summary>
    Gelu,

    /// <summary>GELU by its tanh approximation: GeGLU as Gemma has it.</summary>
    GeluTanh,
}
