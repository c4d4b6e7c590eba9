namespace Pipeline.Llm.Kernels;

/// <summary>The building blocks in use.</summary>
public static class TorchExtras
{
    /// <summary>The implementation that models use; set it before a model runs.</summary>
    /// <value>The fused kernels where the native library is loaded, else the composed ones.</value>
    public static ITorchExtras Current { get; set; } = (ITorchExtras?)NativeExtras.TryCreate() ?? new ComposedExtras();
}
