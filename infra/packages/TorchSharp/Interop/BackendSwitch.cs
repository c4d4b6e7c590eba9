namespace TorchSharp.Interop;

/// <summary>Mirrors the shim's enum of the same order.</summary>
internal enum BackendSwitch
{
    Tf32Matmul,
    Tf32Cudnn,
    Fp16Reduction,
    FlashAttention,
    MathAttention,
}

internal static class BackendSwitchExtensions
{
    public static bool IsOn(this BackendSwitch which) => Native.shim_switch((int)which) != 0;

    public static void Set(this BackendSwitch which, bool on) =>
        Native.Check(Native.shim_set_switch((int)which, on ? 1 : 0));
}
