using System.Runtime.InteropServices;

namespace TorchSharp.Interop;

internal static unsafe partial class Native
{
    [LibraryImport(Library)]
    public static partial byte* shim_torch_version();

    [LibraryImport(Library)]
    public static partial int shim_threads();

    [LibraryImport(Library)]
    public static partial int shim_interop_threads();

    [LibraryImport(Library)]
    public static partial int shim_set_threads(int count);

    [LibraryImport(Library)]
    public static partial int shim_set_interop_threads(int count);

    [LibraryImport(Library)]
    public static partial int shim_cuda_available();

    [LibraryImport(Library)]
    public static partial int shim_cudnn_available();

    [LibraryImport(Library)]
    public static partial int shim_cuda_device_count();

    [LibraryImport(Library)]
    public static partial int shim_cuda_synchronize(int deviceIndex);

    [LibraryImport(Library)]
    public static partial int shim_cuda_seed(ulong seed, int all);

    [LibraryImport(Library)]
    public static partial int shim_switch(int which);

    [LibraryImport(Library)]
    public static partial int shim_set_switch(int which, int on);

    [LibraryImport(Library)]
    public static partial int shim_generator_new(ulong seed, int deviceType, int deviceIndex, nint* result);

    [LibraryImport(Library)]
    public static partial int shim_generator_default(int deviceType, int deviceIndex, nint* result);

    [LibraryImport(Library)]
    public static partial void shim_generator_free(nint generator);

    [LibraryImport(Library)]
    public static partial int shim_generator_seed(nint generator, ulong seed);

    [LibraryImport(Library)]
    public static partial ulong shim_generator_initial_seed(nint generator);

    [LibraryImport(Library)]
    public static partial int shim_generator_state(nint generator, nint* state);

    [LibraryImport(Library)]
    public static partial int shim_generator_set_state(nint generator, nint state);

    [LibraryImport(Library)]
    public static partial int shim_manual_seed(ulong seed);
}
