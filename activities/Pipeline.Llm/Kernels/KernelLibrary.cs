using System.Runtime.InteropServices;

namespace Pipeline.Llm.Kernels;

/// <summary>Entry points of the native kernels; handles are those of the tensors.</summary>
internal static unsafe partial class KernelLibrary
{
    private const string Library = "torch_shim";

    /// <summary>
    /// The instruction set of the inner loops, or null where the library is missing, as with the official package.
    /// </summary>
    public static string? Find()
    {
        try
        {
            return Marshal.PtrToStringUTF8((nint)shim_kernels_name());
        }
        catch (Exception exception)
            when (exception is DllNotFoundException or EntryPointNotFoundException or BadImageFormatException)
        {
            return null;
        }
    }

    [LibraryImport(Library)]
    public static partial int shim_kernel_rms_norm(nint x, nint weight, double epsilon, int addsOne, nint* result);

    [LibraryImport(Library)]
    public static partial int shim_kernel_rotate(nint x, nint cos, nint sin, nint* result);

    [LibraryImport(Library)]
    public static partial int shim_kernel_gate(nint gate, nint up, int tanhGelu, nint* result);

    [LibraryImport(Library)]
    public static partial int shim_kernel_dropout(nint x, double probability, long seed, nint* result);

    [LibraryImport(Library)]
    public static partial int shim_kernel_attention(
        nint query, nint key, nint value, long* segments, long segmentCount, double scale, double softCap, long window,
        nint* result);

    [LibraryImport(Library)]
    public static partial int shim_kernel_attend(
        nint query, nint key, nint value, long* ranges, double scale, double softCap, nint* result);

    [LibraryImport(Library)]
    public static partial int shim_kernel_nf4(
        nint codes, nint scales, nint nested, nint levels, double offset, nint result);

    [LibraryImport(Library)]
    public static partial int shim_kernel_lora_nf4(
        nint x, nint codes, nint scales, nint nested, nint levels, double offset, long outputs, nint bias, nint update,
        nint a, nint b,
        double scaling, nint* result);

    [LibraryImport(Library)]
    public static partial int shim_kernel_scale_columns(nint x, nint magnitude, nint norm, nint bias, nint* result);

    [LibraryImport(Library)]
    public static partial int shim_kernel_linear(nint x, nint weight, nint bias, nint* result);

    [LibraryImport(Library)]
    public static partial int shim_kernel_lora_linear(
        nint x, nint weight, nint bias, nint update, nint a, nint b, double scaling, nint* result);

    [LibraryImport(Library)]
    public static partial int shim_kernel_lora_update(
        nint product, nint update, nint a, nint b, double scaling, nint* result);

    [LibraryImport(Library)]
    public static partial int shim_kernel_cross_entropy(
        nint hidden, nint head, nint targets, double softCap, double smoothing, nint* results);

    [LibraryImport(Library)]
    public static partial int shim_kernel_adamw(
        nint* parameters, nint* gradients, nint* first, nint* second, long count, double learningRate, double beta1,
        double beta2,
        double epsilon, double weightDecay, long step, double gradientScale);

    [LibraryImport(Library)]
    public static partial int shim_device_rms_norm(nint x, nint weight, double epsilon, nint* result);

    [LibraryImport(Library)]
    public static partial int shim_device_rotate(nint x, nint cos, nint sin, nint* result);

    [LibraryImport(Library)]
    public static partial int shim_device_select_rows(nint x, nint rows, nint* result);

    [LibraryImport(Library)]
    public static partial int shim_device_attention(
        nint query, nint key, nint value, nint bounds, long longest, double scale, long window, nint* result);

    [LibraryImport(Library)]
    public static partial int shim_device_nf4(nint codes, nint scales, nint pairs, nint result);

    [LibraryImport(Library)]
    public static partial int shim_device_norms(nint* tensors, long count, nint* result);

    [LibraryImport(Library)]
    public static partial int shim_device_scale(nint* tensors, long count, double factor);

    [LibraryImport(Library)]
    public static partial int shim_device_adamw(
        nint* parameters, nint* gradients, nint* first, nint* second, long count, double learningRate, double beta1,
        double beta2,
        double epsilon, double weightDecay, long step, int* done);

    [LibraryImport(Library)]
    public static partial int shim_tensor_from_memory(
        void* data, long* sizes, int dimensions, int type, delegate* unmanaged<nint, void> released, nint context,
        nint* result);

    /// <summary>Turns a failed status into an exception with the library's text.</summary>
    public static void Check(int status)
    {
        if (status != 0)
        {
            throw new InvalidOperationException(
                Marshal.PtrToStringUTF8((nint)shim_last_error()) ?? "unknown native error");
        }
    }

    [LibraryImport(Library)]
    private static partial byte* shim_kernels_name();

    [LibraryImport(Library)]
    private static partial byte* shim_last_error();
}
