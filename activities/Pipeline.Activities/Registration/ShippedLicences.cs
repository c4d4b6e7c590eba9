namespace Pipeline.Activities.Registration;

/// <summary>Licences of what comes with the product.</summary>
internal static class ShippedLicences
{
    /// <summary>
    /// Package metadata of Debian: each description is licensed as its packaging, so no single SPDX id fits.
    /// </summary>
    public const string DebianMetadata = "LicenseRef-Debian-Metadata";

    /// <summary>Where nothing is known; blocks a registration until it is waived.</summary>
    public const string Unknown = "LicenseRef-Unknown";
}
