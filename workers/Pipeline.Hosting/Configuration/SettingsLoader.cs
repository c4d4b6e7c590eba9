using System.Collections;

namespace Pipeline.Hosting.Configuration;

/// <summary>
/// Merges default, file, environment and command line, in this order of precedence, and validates the result.
/// </summary>
public static class SettingsLoader
{
    private static readonly Dictionary<string, SettingValue> DefaultPools = new(StringComparer.Ordinal)
    {
        ["pools.cpu.queues"] = new(["pipeline", "pipeline-cpu"], IsList: true, "default"),
        ["pools.cpu.slots"] = new(["2"], IsList: false, "default"),
        ["pools.gpu.queues"] = new(["pipeline-gpu"], IsList: true, "default"),
        ["pools.gpu.slots"] = new(["1"], IsList: false, "default"),
    };

    /// <summary>Loads the settings.</summary>
    /// <param name="file">Path of the YAML file; a file that does not exist is an error only when it is not the default
    /// one.</param>
    /// <param name="overrides">Assignments <c>path=value</c> from the command line.</param>
    /// <param name="environment">Environment variables; null reads those of the process.</param>
    /// <returns>The settings and every effective value with its origin.</returns>
    /// <exception cref="ConfigurationException">Something is unknown, malformed or out of range; every problem is
    /// listed.</exception>
    public static (PipelineSettings Settings, IReadOnlyList<EffectiveSetting> Effective) Load(
        string? file, IEnumerable<string>? overrides = null, IDictionary? environment = null)
    {
        var values = new Dictionary<string, SettingValue>(DefaultPools, StringComparer.Ordinal);
        var problems = new List<string>();
        if (file is not null && File.Exists(file))
        {
            YamlSettings.Read(file, values, problems);
        }
        else if (file is not null)
        {
            problems.Add($"{file}: no such file");
        }

        EnvironmentSettings.Read(environment ?? Environment.GetEnvironmentVariables(), values, problems);
        ReadOverrides(overrides ?? [], values, problems);
        var settings = new SettingsBinder(values, problems).Bind<PipelineSettings>();
        problems.AddRange(
            new SettingsValidator().Validate(settings).Errors.Select(error => WithOrigin(error.ErrorMessage, values)));
        if (problems.Count > 0)
        {
            throw new ConfigurationException([.. problems.Distinct(StringComparer.Ordinal)]);
        }

        return (settings, EffectiveSettings.Describe(settings, values));
    }

    private static void ReadOverrides(
        IEnumerable<string> overrides, Dictionary<string, SettingValue> values, List<string> problems)
    {
        foreach (var assignment in overrides)
        {
            var equals = assignment.IndexOf('=', StringComparison.Ordinal);
            if (equals < 1)
            {
                problems.Add($"command line: '{assignment}' is not path=value");
                continue;
            }

            var (_, problem) = SettingsSchema.Resolve(assignment[..equals]);
            if (problem is not null)
            {
                problems.Add($"command line: {problem}");
                continue;
            }

            values[EnvironmentSettings.Canonical(assignment[..equals])] =
                new SettingValue([assignment[(equals + 1)..]], IsList: false, "command line");
        }
    }

    private static string WithOrigin(string message, Dictionary<string, SettingValue> values)
    {
        var quoted = message.Split('\'');
        return quoted.Length > 1 && values.TryGetValue(quoted[1], out var value)
            ? $"{value.Origin}: {message}" : message;
    }
}
