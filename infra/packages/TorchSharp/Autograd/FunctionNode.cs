using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using static TorchSharp.torch;
using static TorchSharp.torch.autograd;

namespace TorchSharp;

/// <summary>Connects a managed function to a native graph node, which calls back for backward and on release.</summary>
internal static unsafe class FunctionNode
{
    private static readonly ConcurrentDictionary<long, Entry> Live = new();
    private static long _last;

    public static List<Tensor> Run(
        Func<AutogradContext, object[], List<Tensor>> forward,
        Func<AutogradContext, List<Tensor>, List<Tensor?>> backward, object[] vars)
    {
        var ctx = new AutogradContext { TensorArguments = Array.ConvertAll(vars, static v => v is Tensor) };
        List<Tensor> outputs;
        using (no_grad())
        {
            outputs = forward(ctx, vars);
        }

        var id = Interlocked.Increment(ref _last);
        var inputs = Handles(vars.OfType<Tensor>().ToList());
        Live[id] = new Entry(ctx, backward);
        nint node = 0;
        try
        {
            fixed (nint* ins = inputs)
            {
                Native.Check(Native.shim_function_node_new(
                    id, &Backward, &Release, ctx.MaterializeGrads ? 1 : 0, ins, inputs.Length, &node));
            }

            GC.KeepAlive(vars);
            return node == 0 ? outputs : Attach(node, ctx, outputs, vars);
        }
        finally
        {
            if (node == 0)
            {
                Live.TryRemove(id, out _);
            }
            else
            {
                Native.shim_function_node_free(node);
            }
        }
    }

    private static List<Tensor> Attach(nint node, AutogradContext ctx, List<Tensor> outputs, object[] vars)
    {
        var raw = Handles(outputs);
        var handles = new nint[raw.Length];
        fixed (nint* outs = raw, attached = handles)
        {
            Native.Check(Native.shim_function_node_attach(node, outs, raw.Length, attached));
        }

        var results = handles.Select(static h => new Tensor(h)).ToList();

        // A saved output must be the one with history, so that the graph knows it as the node's own.
        var saved = ctx.ToSave.ConvertAll(
            t => outputs.FindIndex(o => ReferenceEquals(o, t)) is var at and >= 0 ? results[at] : t);
        fixed (nint* area = Handles(saved))
        {
            Native.Check(Native.shim_function_node_save(node, area, saved.Count));
        }

        ctx.SavedCount = saved.Count;
        ctx.NodeAddress = Native.shim_function_node_address(node);
        ctx.save_for_backward([]);
        outputs.Where(o => Array.TrueForAll(vars, v => !ReferenceEquals(v, o))).ToList()
            .ForEach(static o => o.Dispose());
        return results;
    }

    [UnmanagedCallersOnly]
    private static int Backward(long id, nint* grads, int gradCount, nint* inputs, int inputCount)
    {
        try
        {
            using var scope = NewDisposeScope();
            var entry = Live[id];
            var received = new Span<nint>(grads, gradCount).ToArray().Select(static g => Tensor.FromHandle(g)!)
                .ToList();
            var returned = entry.Backward(entry.Context, received);
            if (returned.Count != entry.Context.TensorArguments.Length)
            {
                throw new InvalidOperationException(
                    $"backward returned {returned.Count} gradients for {entry.Context.TensorArguments.Length} "
                        + $"arguments");
            }

            var next = 0;
            for (var i = 0; i < returned.Count; i++)
            {
                if (entry.Context.TensorArguments[i] && next < inputCount)
                {
                    inputs[next++] = returned[i] is { } grad ? Native.shim_tensor_share(grad.Handle) : 0;
                }
            }

            return 0;
        }
        catch (Exception exception)
        {
            return ManagedFailure.Keep(exception);
        }
    }

    [UnmanagedCallersOnly]
    private static void Release(long id) => Live.TryRemove(id, out _);

    private sealed record Entry(AutogradContext Context, Func<AutogradContext, List<Tensor>, List<Tensor?>> Backward);
}
