using System.CommandLine;
using Pipeline.Hosting.Configuration;

namespace Pipeline.Cli;

/// <summary>Options that every verb has, and what they lead to.</summary>
internal static class CommonOptions
{
    public static Option<string?> Config { get; } = new("--config")
    {
        Description = "settings file (default: temporal.yaml)",
        Recursive = true,
    };

    public static Option<string[]> Set { get; } = new("--set")
    {
        Description = "one setting, as section.key=value",
        Recursive = true,
        DefaultValueFactory = _ => [],
    };

    public static Option<bool> Json { get; } = new("--json")
    {
        Description = "print one JSON document instead of text",
        Recursive = true,
    };

    // Handled by the shell script before this process starts.
    public static Option<bool> NoInstall { get; } = new("--no-install")
    {
        Description = "list what is missing and stop",
        Recursive = true,
    };

    public static (PipelineSettings Settings, IReadOnlyList<EffectiveSetting> Effective) Load(ParseResult parsed)
    {
        var given = parsed.GetValue(Config);
        return SettingsLoader.Load(given is null
            ? Path.Combine(Checkout.Root, "temporal.yaml") : Path.GetFullPath(given), parsed.GetValue(Set));
    }

    /// <summary>The options with which another process reads the same settings.</summary>
    public static IReadOnlyList<string> Forwarded(ParseResult parsed)
    {
        var options = new List<string>();
        if (parsed.GetValue(Config) is { } file)
        {
            options.AddRange(["--config", Path.GetFullPath(file)]);
        }

        foreach (var assignment in parsed.GetValue(Set) ?? [])
        {
            options.AddRange(["--set", assignment]);
        }

        return options;
    }
}
