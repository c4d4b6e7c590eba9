namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        public long Dimensions => Info.Dimensions;

        public long ndim => Dimensions;

        public long NumberOfElements => Info.Elements;

        public long ElementSize => Info.ElementSize;

        public ScalarType dtype => (ScalarType)Info.Dtype;

        public Device device
        {
            get
            {
                var info = Info;
                return new Device((DeviceType)info.DeviceType, info.DeviceIndex);
            }
        }

        public int device_index => Info.DeviceIndex;

        public DeviceType device_type => (DeviceType)Info.DeviceType;

        public bool is_sparse => Info.IsSparse;

        public bool is_cuda => device_type == DeviceType.CUDA;

        public bool is_meta => device_type == DeviceType.META;

        public bool is_leaf => Info.IsLeaf;

        public unsafe long[] shape
        {
            get
            {
                var sizes = new long[Info.Dimensions];
                fixed (long* area = sizes)
                {
                    Native.Check(Native.shim_tensor_sizes(Handle, area, null));
                }

                return sizes;
            }
        }

        private unsafe TensorInfo Info
        {
            get
            {
                TensorInfo info;
                Native.Check(Native.shim_tensor_info(Handle, &info));
                return info;
            }
        }

        public long dim() => Dimensions;

        public long numel() => NumberOfElements;

        public long element_size() => ElementSize;

        public bool is_integral() => torch.is_integral(dtype);

        public bool is_floating_point() => torch.is_floating_point(dtype);

        public bool is_complex() => torch.is_complex(dtype);

        public bool is_cpu() => device_type == DeviceType.CPU;

        public bool is_nonzero() => Aten.IsNonzero.CallBool(this);

        public bool is_contiguous() => Info.IsContiguous;

        public bool is_pinned() => Aten.IsPinned.CallBool(this, Arg.None);

        public long storage_offset() => Info.StorageOffset;

        public long[] size() => shape;

        public long size(int dim)
        {
            var sizes = shape;
            var index = dim < 0 ? dim + sizes.Length : dim;
            return index >= 0 && index < sizes.Length
                ? sizes[index]
                : throw new ArgumentOutOfRangeException(nameof(dim), dim, $"the tensor has {sizes.Length} dimensions");
        }

        public unsafe long[] stride()
        {
            var strides = new long[Info.Dimensions];
            fixed (long* area = strides)
            {
                Native.Check(Native.shim_tensor_sizes(Handle, null, area));
            }

            return strides;
        }

        public long stride(int dim)
        {
            var strides = stride();
            return strides[dim < 0 ? dim + strides.Length : dim];
        }

        public override string ToString() => ToMetadataString();

        private string ToMetadataString()
        {
            if (IsInvalid)
            {
                return "(disposed tensor)";
            }

            return $"[{string.Join("x", shape)}], type = {dtype}, device = {device}";
        }
    }
}
