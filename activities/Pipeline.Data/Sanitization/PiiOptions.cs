namespace Pipeline.Data.Sanitization;

/// <summary>What the scanner looks for beside the fixed patterns.</summary>
public sealed record PiiOptions
{
    /// <summary>Whether private, loopback and link-local addresses are left alone: they identify nobody.</summary>
    /// <value>true</value>
    public bool PublicAddressesOnly { get; init; } = true;

    /// <summary>
    /// Given names; one of them followed by another capitalised word is a person. Empty: names are not looked for.
    /// </summary>
    public IReadOnlySet<string> GivenNames { get; init; } = new HashSet<string>(StringComparer.Ordinal);

    /// <summary>Words and phrases that count as personal data, such as project names; case matters.</summary>
    public IReadOnlyList<string> Words { get; init; } = [];

    /// <summary>
    /// Regular expressions for what else counts; without back references and look-around, so that they stay linear.
    /// </summary>
    public IReadOnlyList<string> Patterns { get; init; } = [];
}
