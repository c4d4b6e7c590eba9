using static TorchSharp.torch;

namespace Pipeline.Llm.Quantization;

/// <summary>A frozen weight in few bits.</summary>
internal interface IQuantizedWeight : IDisposable
{
    /// <summary>Bytes in memory.</summary>
    long Bytes { get; }

    /// <summary>Restores the weight [out, in] in the model's element type.</summary>
    Tensor Restore();
}
