using System.Diagnostics;
using Pipeline.Llm.Kernels;
using Pipeline.Llm.Models;
using Pipeline.Llm.Peft;
using TorchSharp;
using static TorchSharp.torch;

namespace LoraStep;

/// <summary>Training steps and their processor time.</summary>
internal sealed class Timed(CausalLanguageModel model, LoraAdapter adapter)
{
    private readonly List<Tensor> _parameters = [.. adapter.Parameters.Select(p => (Tensor)p.Value)];
    private List<Tensor>? _first;
    private List<Tensor>? _second;
    private int _steps;

    /// <summary>
    /// One step on rows of equal length of which the last quarter is supervised; seconds of the process and the loss.
    /// </summary>
    public (double Seconds, double Loss) Step(Tensor ids)
    {
        var (first, count) = (Shape.Length - Shape.Supervised - 1, Shape.Supervised);
        return Measure(() =>
        {
            var hidden = model.Hidden(new() { InputIds = ids }).narrow(1, first, count);
            return (hidden.reshape(-1, hidden.size(-1)), ids.narrow(1, first + 1, count).reshape(-1));
        });
    }

    /// <summary>One step on the given states and their targets.</summary>
    public (double Seconds, double Loss) Measure(Func<(Tensor Rows, Tensor Targets)> forward)
    {
        _first ??= _parameters.ConvertAll(p => zeros_like(p).DetachFromDisposeScope());
        _second ??= _parameters.ConvertAll(p => zeros_like(p).DetachFromDisposeScope());
        var start = Seconds();
        using var scope = NewDisposeScope();
        var (rows, targets) = forward();
        var loss = model.TokenLoss(rows, targets).Loss.mean();
        loss.backward();
        var gradients = _parameters.ConvertAll(p => p.grad ?? throw new InvalidOperationException("no gradient"));
        TorchExtras.Current.AdamW(_parameters, gradients, _first, _second, new(1e-3, 0.9, 0.999, 1e-8, 0.01, ++_steps));
        _parameters.ForEach(p => p.grad = null);
        var value = loss.item<float>();
        return (Seconds() - start, value);
    }

    public static double Seconds() => Process.GetCurrentProcess().TotalProcessorTime.TotalSeconds;

    public static double Median(IEnumerable<double> values) =>
        values.Order().ToList() is var sorted ? sorted[sorted.Count / 2] : 0;

    public static Tensor Ids(string folder)
    {
        using var file = Pipeline.Llm.Checkpoints.SafeTensorsFile.Open(Path.Combine(folder, "batch.safetensors"));
        return tensor(System.Runtime.InteropServices.MemoryMarshal.Cast<byte, long>(file.Bytes("ids")).ToArray())
            .view(Shape.Rows, Shape.Length);
    }
}
