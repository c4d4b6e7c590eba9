namespace TorchSharp;

public static partial class torch
{
    public static partial class cuda
    {
        public static bool is_available() => Native.shim_cuda_available() != 0;

        public static bool is_cudnn_available() => Native.shim_cudnn_available() != 0;

        public static int device_count() => Native.shim_cuda_device_count();

        public static void manual_seed(long seed) => Native.Check(Native.shim_cuda_seed((ulong)seed, 0));

        public static void manual_seed_all(long seed) => Native.Check(Native.shim_cuda_seed((ulong)seed, 1));

        public static void synchronize(Device? device = null) =>
            Native.Check(Native.shim_cuda_synchronize(device?.index ?? -1));
    }
}
