namespace TorchSharp;

public static partial class torch
{
    public abstract class Storage
    {
        protected Storage(Tensor tensor) => _tensor = tensor;

        private readonly Tensor _tensor;

        public abstract int element_size();

        public unsafe ulong nbytes()
        {
            void* data;
            long bytes;
            Native.Check(Native.shim_tensor_storage(_tensor.Handle, &data, &bytes));
            return (ulong)bytes;
        }

        public unsafe IntPtr data_ptr()
        {
            void* data;
            long bytes;
            Native.Check(Native.shim_tensor_storage(_tensor.Handle, &data, &bytes));
            return (IntPtr)data;
        }
    }
}
