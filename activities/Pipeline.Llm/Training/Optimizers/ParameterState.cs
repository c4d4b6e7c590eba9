using static TorchSharp.torch;

namespace Pipeline.Llm.Training.Optimizers;

/// <summary>What an optimizer remembers of one parameter.</summary>
public sealed class ParameterState : IDisposable
{
    /// <summary>Updates that the parameter has had.</summary>
    public long Step { get; set; }

    /// <summary>Moments and, for a parameter that is not float32, the master copy.</summary>
    public Dictionary<string, Tensor> Tensors { get; } = new(StringComparer.Ordinal);

    /// <summary>A tensor of the state, made on first use; it outlives the current dispose scope.</summary>
    /// <param name="name">Name of the moment.</param>
    /// <param name="create">Makes the initial value.</param>
    /// <returns>The tensor.</returns>
    public Tensor Get(string name, Func<Tensor> create)
    {
        if (!Tensors.TryGetValue(name, out var tensor))
        {
            tensor = create().DetachFromDisposeScope();
            Tensors.Add(name, tensor);
        }

        return tensor;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var tensor in Tensors.Values)
        {
            tensor.Dispose();
        }

        Tensors.Clear();
    }
}
