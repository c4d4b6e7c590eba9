namespace TorchSharp;

public static partial class torch
{
    /// <summary>The whole memory a tensor looks into; tensors that are views of each other share it.</summary>
    public sealed class Storage<T> : Storage
        where T : unmanaged
    {
        internal Storage(Tensor tensor)
            : base(tensor)
        {
        }

        public override unsafe int element_size() => sizeof(T);
    }
}
