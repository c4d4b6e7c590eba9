using Pipeline.Llm.Quantization;
using static TorchSharp.torch;

namespace Pipeline.Llm.Models;

/// <summary>How weights are brought into memory.</summary>
public sealed record ModelLoadOptions
{
    /// <summary>Element type of weights and computation.</summary>
    /// <value>Null: float32 on the CPU, bfloat16 on a GPU.</value>
    public ScalarType? DType { get; init; }

    /// <summary>Where the model computes.</summary>
    /// <value>Null: the CPU.</value>
    public Device? Device { get; init; }

    /// <summary>
    /// Devices to spread the layers over, fastest first, when one has not enough memory; what does not fit goes to the
    /// CPU.
    /// </summary>
    /// <value>Null: everything on <see cref="Device"/>. Meant for evaluation and generation: training keeps a model on
    /// one device.</value>
    public IReadOnlyList<DeviceRoom>? Rooms { get; init; }

    /// <summary>Threads of one CPU operator.</summary>
    /// <value>Null: <c>OMP_NUM_THREADS</c>, else the processors that this process may use.</value>
    public int? Threads { get; init; }

    /// <summary>How the linear weights of the decoder layers are stored.</summary>
    /// <value>Not quantised.</value>
    public WeightQuantization Quantization { get; init; }

    /// <summary>Receives a line for each decision: device, element type, threads, ignored tensors.</summary>
    public Action<string>? Log { get; init; }
}
