namespace Pipeline.Hosting.Configuration;

/// <summary>Marks a setting whose value is never printed.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class SecretAttribute : Attribute;
