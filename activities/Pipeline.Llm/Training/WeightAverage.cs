using Pipeline.Llm.Training.Optimizers;
using static TorchSharp.torch;

namespace Pipeline.Llm.Training;

/// <summary>Exponential moving average of the weights.</summary>
internal sealed class WeightAverage : IDisposable
{
    private readonly IReadOnlyList<NamedParameter> _parameters;
    private readonly double _decay;
    private readonly List<Tensor> _average;

    public WeightAverage(IReadOnlyList<NamedParameter> parameters, double decay)
    {
        (_parameters, _decay) = (parameters, decay);
        using var noGrad = no_grad();
        _average = [.. parameters.Select(p => p.Value.to(float32, copy: true).detach().DetachFromDisposeScope())];
    }

    public IEnumerable<(string Name, Tensor Value)> Tensors => _parameters.Select((p, i) => (p.Name, _average[i]));

    public void Update()
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        for (var i = 0; i < _average.Count; i++)
        {
            _average[i].mul_(_decay).add_(_parameters[i].Value.to(float32), 1 - _decay);
        }
    }

    /// <summary>Runs with the averaged weights in place, then puts the real ones back, bit for bit.</summary>
    public void Use(Action action)
    {
        using var scope = NewDisposeScope();
        var real = _parameters.Select(p => p.Value.detach().clone()).ToList();
        Copy(_average);
        try
        {
            action();
        }
        finally
        {
            Copy(real);
        }
    }

    public void Restore(IReadOnlyList<(string Name, Tensor Value)> tensors)
    {
        var byName = tensors.ToDictionary(t => t.Name, t => t.Value, StringComparer.Ordinal);
        using var noGrad = no_grad();
        for (var i = 0; i < _average.Count; i++)
        {
            _average[i].copy_(byName[_parameters[i].Name]);
        }
    }

    public void Dispose() => _average.ForEach(tensor => tensor.Dispose());

    private void Copy(List<Tensor> values)
    {
        using var noGrad = no_grad();
        for (var i = 0; i < values.Count; i++)
        {
            _parameters[i].Value.copy_(values[i]);
        }
    }
}
