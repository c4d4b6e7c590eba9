namespace TorchSharp.Utils;

/// <summary>The state-dict name of a module's field.</summary>
public class ComponentNameAttribute : Attribute
{
    public string Name { get; set; } = string.Empty;
}
