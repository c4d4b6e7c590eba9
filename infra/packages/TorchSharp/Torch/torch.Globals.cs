using System.Runtime.InteropServices;

namespace TorchSharp;

public static partial class torch
{
    private static ScalarType _defaultDtype = ScalarType.Float32;
    private static Device? _defaultDevice;

    public enum RoundingMode
    {
        None,
        trunc,
        floor,
    }

    public static unsafe string __version__ =>
        Marshal.PtrToStringUTF8((nint)Native.shim_torch_version()) ?? string.Empty;

    public static ScalarType get_default_dtype() => _defaultDtype;

    public static void set_default_dtype(ScalarType dtype) => _defaultDtype = is_floating_point(dtype)
        ? dtype
        : throw new ArgumentException($"the default dtype must be a floating-point type, not {dtype}", nameof(dtype));

    public static Device get_default_device() => _defaultDevice ?? CPU;

    public static void set_default_device(Device device) => _defaultDevice = InitializeDevice(device);

    public static void set_default_device(string device) => set_default_device(new Device(device));

    public static bool TryInitializeDeviceType(DeviceType deviceType) => deviceType switch
    {
        DeviceType.CUDA => Native.shim_cuda_available() != 0,
        DeviceType.CPU or DeviceType.META => true,
        _ => false,
    };

    public static void InitializeDeviceType(DeviceType deviceType)
    {
        if (!TryInitializeDeviceType(deviceType))
        {
            throw new InvalidOperationException(
                $"Torch device type {deviceType} did not initialise on the current machine.");
        }
    }

    public static Device InitializeDevice(Device? device)
    {
        var chosen = device ?? get_default_device();
        InitializeDeviceType(chosen.type);
        return chosen;
    }

    public static bool cuda_is_available() => cuda.is_available();

    public static int get_num_threads() => Native.shim_threads();

    public static void set_num_threads(int num) => Native.Check(Native.shim_set_threads(num));

    public static int get_num_interop_threads() => Native.shim_interop_threads();

    public static void set_num_interop_threads(int num) => Native.Check(Native.shim_set_interop_threads(num));

    public static ScalarType promote_types(ScalarType type1, ScalarType type2)
    {
        using var first = empty(0L, type1, CPU);
        using var second = empty(0L, type2, CPU);
        using var sum = first.add(second);
        return sum.dtype;
    }

    public static ScalarType result_type(Tensor tensor1, Tensor tensor2)
    {
        using var first = tensor1.detach().to(META).DetachFromDisposeScope();
        using var second = tensor2.detach().to(META).DetachFromDisposeScope();
        using var sum = first.add(second).DetachFromDisposeScope();
        return sum.dtype;
    }
}
