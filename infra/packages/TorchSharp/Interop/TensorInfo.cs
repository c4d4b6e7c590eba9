using System.Runtime.InteropServices;

namespace TorchSharp.Interop;

[StructLayout(LayoutKind.Sequential)]
internal struct TensorInfo
{
    public long Dimensions;
    public long Elements;
    public long ElementSize;
    public long StorageOffset;
    public int Dtype;
    public int DeviceType;
    public int DeviceIndex;
    public int Flags;

    public readonly bool RequiresGrad => (Flags & 1) != 0;

    public readonly bool IsLeaf => (Flags & 2) != 0;

    public readonly bool IsContiguous => (Flags & 4) != 0;

    public readonly bool IsSparse => (Flags & 8) != 0;
}
