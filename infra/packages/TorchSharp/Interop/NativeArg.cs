using System.Runtime.InteropServices;

namespace TorchSharp.Interop;

/// <summary>One operator argument or result as the shim reads it.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct NativeArg
{
    public int Kind;
    public int Count;
    public long Bits;
}

/// <summary>Mirrors the shim's enum of the same values.</summary>
internal enum ArgKind
{
    Default,
    None,
    Tensor,
    Int,
    Double,
    Bool,
    IntList,
    DoubleList,
    BoolList,
    TensorList,
    OptionalTensorList,
    String,
    Device,
    Generator,
    Undefined,
}
