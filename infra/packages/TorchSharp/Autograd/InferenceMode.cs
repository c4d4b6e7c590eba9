namespace TorchSharp;

/// <summary>Turns this thread's inference mode on or off until it is disposed of.</summary>
internal sealed class InferenceMode(bool mode) : IDisposable
{
    private nint _guard = Native.shim_inference_mode_enter(mode ? 1 : 0);

    public static bool IsEnabled => Native.shim_inference_mode() != 0;

    public void Dispose()
    {
        if (_guard != 0)
        {
            Native.shim_inference_mode_leave(_guard);
            _guard = 0;
        }
    }
}
