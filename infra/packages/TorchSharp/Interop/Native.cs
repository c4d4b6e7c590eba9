using System.Runtime.InteropServices;

namespace TorchSharp.Interop;

/// <summary>Entry points of the native shim; see native/src.</summary>
internal static unsafe partial class Native
{
    private const string Library = "torch_shim";

    [LibraryImport(Library)]
    public static partial byte* shim_last_error();

    [LibraryImport(Library)]
    public static partial long shim_live_tensors();

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint shim_op_find(string name, string overload);

    [LibraryImport(Library)]
    public static partial int shim_op_call(nint op, NativeArg* args, int count, int discard, NativeArg** returned);

    [LibraryImport(Library)]
    public static partial void shim_tensor_free(nint tensor);

    [LibraryImport(Library)]
    public static partial nint shim_tensor_share(nint tensor);

    [LibraryImport(Library)]
    public static partial int shim_tensor_same(nint left, nint right);

    [LibraryImport(Library)]
    public static partial int shim_tensor_info(nint tensor, TensorInfo* info);

    [LibraryImport(Library)]
    public static partial int shim_tensor_sizes(nint tensor, long* sizes, long* strides);

    [LibraryImport(Library)]
    public static partial int shim_tensor_data(nint tensor, void** data);

    [LibraryImport(Library)]
    public static partial int shim_tensor_storage(nint tensor, void** data, long* bytes);

    [LibraryImport(Library)]
    public static partial int shim_tensor_from_memory(
        void* data, long* sizes, int dimensions, int dtype, delegate* unmanaged<nint, void> released, nint context,
        nint* result);

    [LibraryImport(Library)]
    public static partial int shim_tensor_set_requires_grad(nint tensor, int value);

    [LibraryImport(Library)]
    public static partial int shim_tensor_retain_grad(nint tensor);

    [LibraryImport(Library)]
    public static partial int shim_tensor_grad(nint tensor, nint* grad);

    [LibraryImport(Library)]
    public static partial int shim_tensor_set_grad(nint tensor, nint grad);

    [LibraryImport(Library)]
    public static partial int shim_tensor_version(nint tensor, long* version);

    /// <summary>Turns a failed status into the exception that the official package throws.</summary>
    public static void Check(int status)
    {
        if (status != 0)
        {
            throw LastError();
        }
    }

    public static Exception LastError()
    {
        var text = Marshal.PtrToStringUTF8((nint)shim_last_error()) ?? "unknown native error";
        return ManagedFailure.Take(text) ?? new ExternalException(text);
    }
}
