namespace Pipeline.Testing;

/// <summary>The browser of this machine, for tests of pages.</summary>
public static class Chromium
{
    /// <summary>Debian's Chromium, or what the variable <c>CHROMIUM</c> names.</summary>
    public static string Program { get; } = Environment.GetEnvironmentVariable("CHROMIUM") ?? "/usr/bin/chromium";

    /// <summary>Why there is no browser; null when there is one.</summary>
    public static string? Missing => File.Exists(Program)
        ? null : $"There is no {Program}: install Debian's package chromium, or set CHROMIUM.";
}
