namespace TorchSharp;

public static partial class torch
{
    public static partial class autograd
    {
        public static unsafe IList<Tensor> grad(
            IList<Tensor> outputs, IList<Tensor> inputs, IList<Tensor>? grad_outputs = null, bool retain_graph = false,
            bool create_graph = false, bool allow_unused = false)
        {
            var gradients = new nint[inputs.Count];
            fixed (nint* outs = Handles(outputs), ins = Handles(inputs), grads = Handles(grad_outputs),
                results = gradients)
            {
                Native.Check(Native.shim_grad(
                    outs, outputs.Count, ins, inputs.Count, grads, grad_outputs?.Count ?? 0, retain_graph ? 1 : 0,
                    create_graph ? 1 : 0, allow_unused ? 1 : 0, results));
            }

            Keep(outputs, inputs, grad_outputs);

            // An unused input has no gradient: its entry is null, as the official package's is an invalid tensor.
            return gradients.Select(static g => Tensor.FromHandle(g)!).ToList();
        }

        public static void backward(
            IList<Tensor> tensors, IList<Tensor>? grad_tensors = null, bool? retain_graph = null,
            bool create_graph = false,
            IList<Tensor>? inputs = null) => Run(tensors, grad_tensors, retain_graph, create_graph, inputs);

        public static void backward(
            Tensor tensor, IList<Tensor>? grad_tensors = null, bool? retain_graph = null, bool create_graph = false,
            IList<Tensor>? inputs = null) => Run([tensor], grad_tensors, retain_graph, create_graph, inputs);

        public static void backward(
            Tensor tensor, Tensor grad_tensor, bool? retain_graph = null, bool create_graph = false,
            IList<Tensor>? inputs = null) => Run([tensor], [grad_tensor], retain_graph, create_graph, inputs);

        public static AnomalyMode detect_anomaly(bool check_nan = true) => new(true, check_nan);

        public static AnomalyMode set_detect_anomaly(bool mode, bool check_nan = true) => new(mode, check_nan);

        internal static nint[] Handles(IList<Tensor>? tensors) =>
            tensors is null ? [] : tensors.Select(static t => t?.Handle ?? 0).ToArray();

        private static unsafe void Run(
            IList<Tensor> tensors, IList<Tensor>? gradTensors, bool? retainGraph, bool createGraph,
            IList<Tensor>? inputs)
        {
            fixed (nint* outs = Handles(tensors), grads = Handles(gradTensors), ins = Handles(inputs))
            {
                Native.Check(Native.shim_backward(
                    outs, tensors.Count, grads, gradTensors?.Count ?? 0,
                    retainGraph is { } retain ? (retain ? 1 : 0) : -1,
                    createGraph ? 1 : 0, ins, inputs?.Count ?? 0));
            }

            Keep(tensors, gradTensors, inputs);
        }

        private static void Keep(params object?[] lists) => GC.KeepAlive(lists);
    }
}
