using static TorchSharp.torch;

namespace Pipeline.Llm.Generation;

/// <summary>Low-rank updates of the rows of one batch. Never differentiable.</summary>
public interface IRowAdapters
{
    /// <summary>Adds each row's update to the base product of a linear module.</summary>
    /// <param name="module">Module path, such as <c>model.layers.0.self_attn.q_proj</c>.</param>
    /// <param name="x">Input [b, ..., in].</param>
    /// <param name="result">Base product [b, ..., out]; may be changed.</param>
    /// <returns>The sum, in the type of <paramref name="result"/>.</returns>
    Tensor Add(string module, Tensor x, Tensor result);
}
