using TorchSharp.Utils;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        /// <summary>The memory of a contiguous CPU tensor; at most 2 GB.</summary>
        public unsafe Span<byte> bytes
        {
            get
            {
                var length = ContiguousMemory(out var data);
                return length <= int.MaxValue
                    ? new Span<byte>(data, (int)length)
                    : throw new NotSupportedException(
                        $"a tensor of {length} bytes does not fit a span: use ReadBytesFromStream or "
                            + $"WriteBytesToStream");
            }

            set
            {
                var target = bytes;
                if (value.Length != target.Length)
                {
                    throw new ArgumentException($"expected {target.Length} bytes, got {value.Length}", nameof(value));
                }

                value.CopyTo(target);
            }
        }

        public TensorAccessor<T> data<T>()
            where T : unmanaged => new(this);

        public T item<T>()
            where T : unmanaged
        {
            if (NumberOfElements != 1)
            {
                throw new ArgumentException($"item needs a tensor of one element, this one has {NumberOfElements}");
            }

            if (DType.Of<T>() != dtype)
            {
                throw new ArgumentException($"the tensor holds {dtype}, asked for {typeof(T).Name}");
            }

            using var local = is_cpu() ? null : cpu();
            return (local ?? this).ReadCpuValue<T>(0);
        }

        public double ReadCpuDouble(long i) => TensorAccessor<double>.ReadItemAt(this, i);

        public float ReadCpuSingle(long i) => TensorAccessor<float>.ReadItemAt(this, i);

        public int ReadCpuInt32(long i) => TensorAccessor<int>.ReadItemAt(this, i);

        public long ReadCpuInt64(long i) => TensorAccessor<long>.ReadItemAt(this, i);

        public byte ReadCpuByte(long i) => TensorAccessor<byte>.ReadItemAt(this, i);

        public sbyte ReadCpuSByte(long i) => TensorAccessor<sbyte>.ReadItemAt(this, i);

        public short ReadCpuInt16(long i) => TensorAccessor<short>.ReadItemAt(this, i);

        public bool ReadCpuBool(long i) => TensorAccessor<bool>.ReadItemAt(this, i);

        public T ReadCpuValue<T>(long i)
            where T : unmanaged => TensorAccessor<T>.ReadItemAt(this, i);

        /// <summary>Writes the memory of the tensor, which may be larger than 2 GB.</summary>
        public unsafe void WriteBytesToStream(Stream stream, int bufferSize = 1024)
        {
            using var contiguousCopy = is_contiguous() && is_cpu() ? null : cpu().contiguous().DetachFromDisposeScope();
            var length = (contiguousCopy ?? this).ContiguousMemory(out var data);
            for (long offset = 0; offset < length;)
            {
                var count = (int)Math.Min(Math.Max(bufferSize, 1), length - offset);
                stream.Write(new ReadOnlySpan<byte>(data + offset, count));
                offset += count;
            }
        }

        /// <summary>Fills the memory of the tensor from the stream; throws when the stream ends early.</summary>
        public unsafe void ReadBytesFromStream(Stream stream, int bufferSize = 1024)
        {
            if (!is_cpu())
            {
                using var local = empty(shape, dtype).DetachFromDisposeScope();
                local.ReadBytesFromStream(stream, bufferSize);
                copy_(local);
                return;
            }

            var length = ContiguousMemory(out var data);
            for (long offset = 0; offset < length;)
            {
                var count = (int)Math.Min(Math.Max(bufferSize, 1), length - offset);
                stream.ReadExactly(new Span<byte>(data + offset, count));
                offset += count;
            }
        }

        public Storage<T> storage<T>()
            where T : unmanaged => new(this);

        public Scalar ToScalar()
        {
            using var single = NumberOfElements == 1 ? detach().cpu().reshape(1).DetachFromDisposeScope() : null;
            return single is null
                ? throw new ArgumentException(
                    $"a scalar needs a tensor of one element, this one has {NumberOfElements}")
                : Scalar.From(single);
        }

        internal unsafe byte* DataPointer()
        {
            void* data;
            Native.Check(Native.shim_tensor_data(Handle, &data));
            return (byte*)data;
        }

        private unsafe long ContiguousMemory(out byte* data)
        {
            if (!is_cpu())
            {
                throw new InvalidOperationException(
                    $"the memory of a tensor on {device} is not readable: copy it to the CPU first");
            }

            if (!is_contiguous())
            {
                throw new NotSupportedException(
                    "the bytes of a non-contiguous tensor are not a span: call contiguous() first");
            }

            data = DataPointer();
            return NumberOfElements * ElementSize;
        }
    }
}
