using System.Runtime.InteropServices;

namespace TorchSharp;

public static partial class torch
{
    public static Tensor from_array(Array rawArray, Device? device = null) => from_array(rawArray, null, device ?? CPU);

    /// <summary>Looks into the managed array, which stays pinned while a tensor uses it; converting copies.</summary>
    public static Tensor from_array(
        Array rawArray, ScalarType? dtype, Device? device = null, bool requires_grad = false, string[]? names = null)
    {
        var type = DType.Of(ElementType(rawArray));
        return Converted(Pinned(rawArray, Lengths(rawArray), type, 0), dtype ?? type, device, requires_grad);
    }

    public static Tensor as_tensor(Array data, ScalarType? dtype = null, Device? device = null) =>
        from_array(data, dtype, device);

    public static Tensor as_tensor(Tensor data, ScalarType? dtype = null, Device? device = null) =>
        data.to(dtype ?? data.dtype, device ?? data.device);

    /// <summary>Looks into the array as elements of another type; the offset counts elements of the array.</summary>
    public static Tensor frombuffer(
        Array rawArray, ScalarType dtype, long count = -1, long offset = 0, bool requires_grad = false)
    {
        if (offset < 0 || offset >= rawArray.LongLength)
        {
            throw new ArgumentException(
                $"offset {offset} is not inside an array of {rawArray.LongLength}", nameof(offset));
        }

        var elements = count < 0 ? rawArray.LongLength - offset : count;
        if (elements > rawArray.LongLength - offset)
        {
            throw new IndexOutOfRangeException(
                $"{elements} elements from {offset} do not fit an array of {rawArray.LongLength}");
        }

        var size = DType.SizeOf(DType.Of(ElementType(rawArray)));
        var bytes = checked(elements * size);
        return Finish(Pinned(rawArray, [bytes / DType.SizeOf(dtype)], dtype, offset * size), requires_grad);
    }

    private static Tensor FromScalar(Scalar scalar, ScalarType dtype, Device? device, bool requiresGrad) =>
        Finish(Aten.Full.Call(Array.Empty<long>(), scalar, dtype, Arg.None, On(device)), requiresGrad);

    internal static Tensor tensor(Scalar scalar, ScalarType? dtype = null, Device? device = null) =>
        FromScalar(scalar, dtype ?? scalar.Type, device, false);

    private static Tensor Copied(Array values, long[] sizes, ScalarType? dtype, Device? device, bool requiresGrad)
    {
        var total = sizes.Aggregate(1L, static (a, b) => a * b);
        if (total > values.LongLength)
        {
            throw new ArgumentException(
                $"mismatched total size creating a tensor from an array: {total} vs. {values.LongLength}");
        }

        var type = DType.Of(ElementType(values));
        using var view = Pinned(values, sizes, type, 0).DetachFromDisposeScope();
        return Converted(view.clone(), dtype ?? type, device, requiresGrad);
    }

    private static Tensor Converted(Tensor created, ScalarType dtype, Device? device, bool requiresGrad)
    {
        var target = On(device);
        return created.dtype == dtype && target.type == created.device_type
            ? Finish(created, requiresGrad)
            : Finish(created.to(dtype, target, disposeAfter: true), requiresGrad);
    }

    private static unsafe Tensor Pinned(Array values, long[] sizes, ScalarType dtype, long byteOffset)
    {
        var pin = GCHandle.Alloc(values, GCHandleType.Pinned);
        nint created;
        int status;
        fixed (long* area = sizes)
        {
            status = Native.shim_tensor_from_memory(
                (byte*)pin.AddrOfPinnedObject() + byteOffset, area, sizes.Length, (int)dtype, &Unpin,
                GCHandle.ToIntPtr(pin), &created);
        }

        if (status != 0)
        {
            pin.Free();
        }

        Native.Check(status);
        return new Tensor(created);
    }

    [UnmanagedCallersOnly]
    private static void Unpin(nint pin) => GCHandle.FromIntPtr(pin).Free();

    private static Type ElementType(Array values) => values.GetType().GetElementType()
        ?? throw new ArgumentException("the array has no element type", nameof(values));

    private static long[] Lengths(Array values) =>
        Enumerable.Range(0, values.Rank).Select(values.GetLongLength).ToArray();
}
