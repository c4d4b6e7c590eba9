using System.Collections;

namespace TorchSharp.Utils;

/// <summary>Element access to a CPU tensor of any stride, in row-major order.</summary>
public sealed class TensorAccessor<T> : IDisposable, IEnumerable<T>
    where T : unmanaged
{
    private torch.Tensor? _tensor;

    internal TensorAccessor(torch.Tensor tensor)
    {
        if (tensor.IsInvalid)
        {
            throw new InvalidOperationException("Tensor invalid -- empty handle.");
        }

        CheckType(tensor);
        _tensor = tensor.is_cpu()
            ? torch.Tensor.UnsafeCreateTensor(Native.shim_tensor_share(tensor.Handle)) : tensor.cpu();
        _tensor.DetachFromDisposeScope();
    }

    public long Count => _tensor?.numel() ?? 0;

    public bool IsReadOnly => false;

    private torch.Tensor Source => _tensor ?? throw new ObjectDisposedException(nameof(TensorAccessor<>));

    public unsafe T this[params long[] indices]
    {
        get => *Element(indices);
        set => *Element(indices) = value;
    }

    public T[] ToArray()
    {
        var result = new T[Count];
        CopyTo(result);
        return result;
    }

    public unsafe Array ToNDArray()
    {
        var sizes = Source.shape;
        if (sizes.Length == 0)
        {
            return ToArray();
        }

        var result = Array.CreateInstance(typeof(T), sizes);
        var flat = ToArray();
        Buffer.BlockCopy(flat, 0, result, 0, flat.Length * sizeof(T));
        return result;
    }

    public void CopyTo(T[] array, int arrayIndex = 0, long tensorIndex = 0) =>
        CopyTo(array.AsSpan(), arrayIndex, tensorIndex);

    public unsafe void CopyTo(Span<T> array, int arrayIndex = 0, long tensorIndex = 0)
    {
        var count = (int)Math.Min(array.Length - arrayIndex, Count - tensorIndex);
        using var contiguous = Source.detach().contiguous().DetachFromDisposeScope();
        new ReadOnlySpan<T>((T*)contiguous.DataPointer() + tensorIndex, count).CopyTo(array[arrayIndex..]);
    }

    public void CopyFrom(T[] array, int arrayIndex = 0, long tensorIndex = 0) =>
        CopyFrom((ReadOnlySpan<T>)array, arrayIndex, tensorIndex);

    public unsafe void CopyFrom(ReadOnlySpan<T> array, int arrayIndex = 0, long tensorIndex = 0)
    {
        var count = Math.Min(array.Length - arrayIndex, Count - tensorIndex);
        var data = (T*)Source.DataPointer();
        var (sizes, strides) = (Source.shape, Source.stride());
        for (long i = 0; i < count; i++)
        {
            data[Offset(tensorIndex + i, sizes, strides)] = array[arrayIndex + (int)i];
        }
    }

    public IEnumerator<T> GetEnumerator() => ((IEnumerable<T>)ToArray()).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public void Dispose()
    {
        _tensor?.Dispose();
        _tensor = null;
    }

    internal static unsafe T ReadItemAt(torch.Tensor tensor, long index)
    {
        if (!tensor.is_cpu())
        {
            throw new InvalidOperationException(
                $"reading an element needs a CPU tensor, this one is on {tensor.device}");
        }

        CheckType(tensor);
        var count = tensor.numel();
        return index >= 0 && index < count
            ? ((T*)tensor.DataPointer())[Offset(index, tensor.shape, tensor.stride())]
            : throw new IndexOutOfRangeException($"element {index} of a tensor of {count}");
    }

    private static void CheckType(torch.Tensor tensor)
    {
        var expected = DType.Of<T>();
        if (tensor.dtype != expected)
        {
            throw new ArgumentException($"the tensor holds {tensor.dtype}, not {typeof(T).Name}");
        }
    }

    private static long Offset(long index, long[] sizes, long[] strides)
    {
        long offset = 0;
        for (var dimension = sizes.Length - 1; dimension >= 0; dimension--)
        {
            offset += index % sizes[dimension] * strides[dimension];
            index /= sizes[dimension];
        }

        return offset;
    }

    private unsafe T* Element(long[] indices)
    {
        var strides = Source.stride();
        var sizes = Source.shape;
        if (indices.Length == 1 && strides.Length != 1)
        {
            return (T*)Source.DataPointer() + Offset(indices[0], sizes, strides);
        }

        long offset = 0;
        for (var i = 0; i < indices.Length; i++)
        {
            if (indices[i] < 0 || indices[i] >= sizes[i])
            {
                throw new IndexOutOfRangeException(
                    $"index {indices[i]} of dimension {i}, which has {sizes[i]} elements");
            }

            offset += indices[i] * strides[i];
        }

        return (T*)Source.DataPointer() + offset;
    }
}
