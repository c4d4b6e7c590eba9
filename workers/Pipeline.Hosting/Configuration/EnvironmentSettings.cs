using System.Collections;

namespace Pipeline.Hosting.Configuration;

/// <summary>
/// Settings from the environment: PIPELINE_SECTION__KEY and the names that Temporal and AWS tools already use.
/// </summary>
internal static class EnvironmentSettings
{
    private const string Prefix = "PIPELINE_";

    // Set by scripts and tests; not settings.
    private static readonly HashSet<string> Reserved = new(StringComparer.Ordinal)
    {
        "PIPELINE_CHAOS", "PIPELINE_CONFIG", "PIPELINE_FAULTS", "PIPELINE_FIXTURES", "PIPELINE_HOST",
        "PIPELINE_KILL_SEEDS", "PIPELINE_OWNER",
        "PIPELINE_PAYLOAD_KEY", "PIPELINE_RECORD_HISTORIES", "PIPELINE_ROOT", "PIPELINE_STATE", "PIPELINE_SWARM",
        "PIPELINE_WEBHOOK_HOSTS",
    };

    private static readonly (string Variable, string Path)[] WellKnown =
    [
        ("AWS_ENDPOINT_URL", "store.s3.endpoint"),
        ("AWS_ENDPOINT_URL_S3", "store.s3.endpoint"),
        ("AWS_REGION", "store.s3.region"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "telemetry.otlpEndpoint"),
        ("TEMPORAL_ADDRESS", "engine.address"),
        ("TEMPORAL_API_KEY", "engine.apiKey"),
        ("TEMPORAL_NAMESPACE", "engine.namespace"),
        ("TEMPORAL_TLS", "engine.tls.enabled"),
        ("TEMPORAL_TLS_CLIENT_CERT_PATH", "engine.tls.clientCertPath"),
        ("TEMPORAL_TLS_CLIENT_KEY_PATH", "engine.tls.clientKeyPath"),
        ("TEMPORAL_TLS_SERVER_CA_CERT_PATH", "engine.tls.serverCaCertPath"),
        ("TEMPORAL_TLS_SERVER_NAME", "engine.tls.serverName"),
    ];

    public static void Read(IDictionary environment, Dictionary<string, SettingValue> values, List<string> problems)
    {
        foreach (var (variable, path) in WellKnown)
        {
            if (environment[variable] is string { Length: > 0 } text)
            {
                values[path] = new SettingValue([text], IsList: false, $"environment {variable}");
            }
        }

        foreach (var variable in environment.Keys.Cast<string>().Where(IsSetting).Order(StringComparer.Ordinal))
        {
            var path = string.Join('.', variable[Prefix.Length..].Split("__").Select(CamelCase));
            var (_, problem) = SettingsSchema.Resolve(path);
            if (problem is not null)
            {
                problems.Add($"environment {variable}: {problem}");
                continue;
            }

            values[Canonical(path)] =
                new SettingValue([(string?)environment[variable] ?? ""], IsList: false, $"environment {variable}");
        }
    }

    /// <summary>The spelling of the schema for a path given in any case.</summary>
    public static string Canonical(string path)
    {
        var type = typeof(PipelineSettings);
        var parts = path.Split('.');
        for (var i = 0; i < parts.Length; i++)
        {
            if (SettingsSchema.MapValueType(type) is { } valueType)
            {
                (type, parts[i]) = (valueType, parts[i].ToLowerInvariant());
                continue;
            }

            var property = SettingsSchema.Properties(type)
                .First(p => SettingsSchema.NameOf(p).Equals(parts[i], StringComparison.OrdinalIgnoreCase));
            (type, parts[i]) = (property.PropertyType, SettingsSchema.NameOf(property));
        }

        return string.Join('.', parts);
    }

    private static bool IsSetting(string variable) =>
        variable.StartsWith(Prefix, StringComparison.Ordinal) && !Reserved.Contains(variable);

    private static string CamelCase(string part) => part.Replace("_", "", StringComparison.Ordinal).ToLowerInvariant();
}
