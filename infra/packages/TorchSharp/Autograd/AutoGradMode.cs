namespace TorchSharp;

/// <summary>Sets this thread's gradient mode until it is disposed of.</summary>
internal sealed class AutoGradMode : IDisposable
{
    private readonly bool _previous;

    public AutoGradMode(bool enabled)
    {
        _previous = IsEnabled;
        Native.shim_set_grad_mode(enabled ? 1 : 0);
    }

    public static bool IsEnabled => Native.shim_grad_mode() != 0;

    public void Dispose() => Native.shim_set_grad_mode(_previous ? 1 : 0);
}
