using System.Runtime.InteropServices;

namespace TorchSharp.Interop;

internal static unsafe partial class Native
{
    [LibraryImport(Library)]
    public static partial int shim_backward(
        nint* tensors, long count, nint* grads, long gradCount, int retainGraph, int createGraph, nint* inputs,
        long inputCount);

    [LibraryImport(Library)]
    public static partial int shim_grad(
        nint* outputs, long outputCount, nint* inputs, long inputCount, nint* gradOutputs, long gradCount,
        int retainGraph, int createGraph,
        int allowUnused, nint* results);

    [LibraryImport(Library)]
    public static partial int shim_grad_mode();

    [LibraryImport(Library)]
    public static partial void shim_set_grad_mode(int enabled);

    [LibraryImport(Library)]
    public static partial int shim_inference_mode();

    [LibraryImport(Library)]
    public static partial nint shim_inference_mode_enter(int enabled);

    [LibraryImport(Library)]
    public static partial void shim_inference_mode_leave(nint guard);

    [LibraryImport(Library)]
    public static partial int shim_anomaly_mode();

    [LibraryImport(Library)]
    public static partial int shim_anomaly_check_nan();

    [LibraryImport(Library)]
    public static partial void shim_set_anomaly_mode(int enabled, int checkNan);

    [LibraryImport(Library)]
    public static partial int shim_function_node_new(
        long id, delegate* unmanaged<long, nint*, int, nint*, int, int> backward, delegate* unmanaged<long,
            void> release, int materialize,
        nint* inputs, int count, nint* node);

    [LibraryImport(Library)]
    public static partial int shim_function_node_attach(nint node, nint* outputs, int count, nint* attached);

    [LibraryImport(Library)]
    public static partial int shim_function_node_save(nint node, nint* tensors, int count);

    [LibraryImport(Library)]
    public static partial int shim_function_node_saved(nint address, nint* tensors);

    [LibraryImport(Library)]
    public static partial nint shim_function_node_address(nint node);

    [LibraryImport(Library)]
    public static partial void shim_function_node_free(nint node);
}
