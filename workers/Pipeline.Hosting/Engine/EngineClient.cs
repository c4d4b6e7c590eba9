using Microsoft.Extensions.Logging;
using Pipeline.Hosting.Configuration;
using Pipeline.Workflows.Json;
using Temporalio.Client;
using Temporalio.Converters;

namespace Pipeline.Hosting.Engine;

/// <summary>Connects to the configured Temporal engine.</summary>
public static class EngineClient
{
    /// <summary>Connects.</summary>
    /// <param name="settings">Address, namespace, transport security.</param>
    /// <param name="loggers">Receives the client's log lines; null for none.</param>
    /// <returns>A client that speaks the product's JSON.</returns>
    public static Task<TemporalClient> ConnectAsync(EngineSettings settings, ILoggerFactory? loggers = null)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var options = new TemporalClientConnectOptions(AddressOf(settings))
        {
            Namespace = settings.Namespace,
            DataConverter = PipelineJson.Converter(Codec()),
            ApiKey = settings.ApiKey.Length == 0 ? null : settings.ApiKey,
            Tls = TlsOf(settings),
        };
        if (loggers is not null)
        {
            options.LoggerFactory = loggers;
        }

        return TemporalClient.ConnectAsync(options);
    }

    /// <summary>Where the engine is.</summary>
    /// <param name="settings">Engine settings.</param>
    /// <returns>Host and port.</returns>
    public static string AddressOf(EngineSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return settings.Address.Length > 0 ? settings.Address : $"127.0.0.1:{settings.Port}";
    }

    // The key never comes from a file or an argument, so that it is in no log and no repository.
    private static EncryptionCodec? Codec() =>
        Environment.GetEnvironmentVariable(EncryptionCodec.KeyVariable) is { Length: > 0 } key
            ? EncryptionCodec.FromBase64(key) : null;

    private static TlsOptions? TlsOf(EngineSettings settings)
    {
        var tls = settings.Tls;
        if (!tls.Enabled && settings.ApiKey.Length == 0 && tls.ClientCertPath.Length == 0)
        {
            return null;
        }

        return new TlsOptions
        {
            ClientCert = tls.ClientCertPath.Length == 0 ? null : File.ReadAllBytes(tls.ClientCertPath),
            ClientPrivateKey = tls.ClientKeyPath.Length == 0 ? null : File.ReadAllBytes(tls.ClientKeyPath),
            ServerRootCACert = tls.ServerCaCertPath.Length == 0 ? null : File.ReadAllBytes(tls.ServerCaCertPath),
            Domain = tls.ServerName.Length == 0 ? null : tls.ServerName,
        };
    }
}
