namespace TorchSharp;

public static partial class torch
{
    public static partial class autograd
    {
        /// <summary>What one call of an autograd function keeps from forward to backward.</summary>
        public class AutogradContext
        {
            private readonly Dictionary<string, object> _data = [];

            internal AutogradContext()
            {
            }

            public bool MaterializeGrads { get; private set; } = true;

            internal List<Tensor> ToSave { get; private set; } = [];

            internal nint NodeAddress { get; set; }

            internal int SavedCount { get; set; }

            /// <summary>
            /// Per forward argument, whether it is a tensor: backward returns one entry per argument.
            /// </summary>
            internal bool[] TensorArguments { get; set; } = [];

            public void save_for_backward(List<Tensor> tensors) => ToSave = tensors;

            public unsafe List<Tensor> get_saved_variables()
            {
                var handles = new nint[SavedCount];
                fixed (nint* area = handles)
                {
                    Native.Check(Native.shim_function_node_saved(NodeAddress, area));
                }

                return handles.Select(static h => Tensor.FromHandle(h)!).ToList(); // a null was saved as null
            }

            public void save_data(string key, object value) => _data[key] = value;

            public object? get_data(string key) => _data.GetValueOrDefault(key);

            public void set_materialize_grads(bool value) => MaterializeGrads = value;
        }
    }
}
