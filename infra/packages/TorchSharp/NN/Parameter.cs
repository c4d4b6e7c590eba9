using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>A tensor that a module registers; takes over the handle of the tensor it is made from.</summary>
public class Parameter : Tensor
{
    public Parameter(Tensor data, bool requires_grad = true)
        : base(data.with_requires_grad(requires_grad).MoveHandle(), register: false) =>
        DisposeScope.ReplaceWith(data, this);

    internal Parameter(IntPtr handle)
        : base(handle)
    {
    }
}
