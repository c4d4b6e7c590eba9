namespace Pipeline.Registry.Packaging;

/// <summary>What a package holds.</summary>
public enum PackageKind
{
    /// <summary>An adapter in PEFT layout.</summary>
    Adapter,

    /// <summary>A complete model in Hugging Face layout, with the adapter merged into it.</summary>
    Merged,
}
