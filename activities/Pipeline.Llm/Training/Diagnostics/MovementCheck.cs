using Pipeline.Llm.Training.Optimizers;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Llm.Training.Diagnostics;

/// <summary>Notices that training changes nothing.</summary>
public sealed class MovementCheck
{
    /// <summary>Updates after which weights must have moved.</summary>
    public const int Updates = 3;

    private readonly IReadOnlyList<NamedParameter> _parameters;
    private readonly Dictionary<string, (double Sum, double Norm)> _start;

    /// <summary>Remembers sums and norms.</summary>
    /// <param name="parameters">Trainable tensors, before the first step.</param>
    public MovementCheck(IReadOnlyList<NamedParameter> parameters)
    {
        _parameters = parameters;
        _start = parameters.ToDictionary(p => p.Name, p => Signature(p.Value), StringComparer.Ordinal);
    }

    /// <summary>The tensors that are still what they were.</summary>
    /// <returns>Names.</returns>
    public IReadOnlyList<string> Unmoved() =>
        [.. _parameters.Where(p => Signature(p.Value).Equals(_start[p.Name])).Select(p => p.Name)];

    private static (double Sum, double Norm) Signature(Tensor value)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        return (value.sum(float64).ToDouble(), linalg.vector_norm(value.to(float64)).ToDouble());
    }
}
