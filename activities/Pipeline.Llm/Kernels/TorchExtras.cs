namespace Pipeline.Llm.Kernels;

/// <summary>The building blocks in use.</summary>
public static class TorchExtras
{
    /// <summary>The implementation that models use; set it before a model runs.</summary>
    /// <value>The composed one.</value>
    public static ITorchExtras Current { get; set; } = new ComposedExtras();
}
