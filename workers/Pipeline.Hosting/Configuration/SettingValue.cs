namespace Pipeline.Hosting.Configuration;

/// <summary>A value as text, and where it came from.</summary>
/// <param name="Texts">One text for a scalar, any number for a list.</param>
/// <param name="IsList">Whether the source wrote a list.</param>
/// <param name="Origin">File and line, environment variable, command line, or default.</param>
public sealed record SettingValue(IReadOnlyList<string> Texts, bool IsList, string Origin);

/// <summary>An effective setting, ready to print.</summary>
/// <param name="Path">Dotted path, such as <c>store.s3.bucket</c>.</param>
/// <param name="Value">The value as text; secrets are masked.</param>
/// <param name="Origin">Where the value came from.</param>
public sealed record EffectiveSetting(string Path, string Value, string Origin);
