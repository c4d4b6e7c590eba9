namespace TorchSharp;

/// <summary>Makes backward name the forward operation that produced a NaN, until it is disposed of.</summary>
public class AnomalyMode : IDisposable
{
    private readonly bool _previous;
    private readonly bool _previousCheck;

    public AnomalyMode(bool enabled, bool check_nan = true)
    {
        (_previous, _previousCheck) = (IsEnabled, ShouldCheckNaN);
        Native.shim_set_anomaly_mode(enabled ? 1 : 0, check_nan ? 1 : 0);
    }

    public static bool IsEnabled => Native.shim_anomaly_mode() != 0;

    public static bool ShouldCheckNaN => Native.shim_anomaly_check_nan() != 0;

    public void Dispose()
    {
        Native.shim_set_anomaly_mode(_previous ? 1 : 0, _previousCheck ? 1 : 0);
        GC.SuppressFinalize(this);
    }
}
