namespace Pipeline.Gateway.Configuration;

/// <summary>Everything that the command line and the settings decide about a gateway.</summary>
public sealed record GatewayOptions
{
    /// <summary>Address to listen on; anything but loopback needs a clients file.</summary>
    /// <value>The default is 127.0.0.1.</value>
    public string Host { get; init; } = "127.0.0.1";

    /// <summary>Port to listen on; 0 takes a free one.</summary>
    /// <value>The default is 8088.</value>
    public int Port { get; init; } = 8088;

    /// <summary>Name of the base model in <c>model</c> and <c>parent</c>.</summary>
    public required string BaseName { get; init; }

    /// <summary>Folder for ledger and samples; null writes neither.</summary>
    public string? StateFolder { get; init; }

    /// <summary>Folder that <c>lora_path</c> of load requests must lie in; null refuses to load from paths.</summary>
    public string? AdapterRoot { get; init; }

    /// <summary>Distinct adapters in use at the same time; requests for more wait.</summary>
    /// <value>The default is 64.</value>
    public int MaxLoras { get; init; } = 64;

    /// <summary>
    /// Adapters that stay loaded, the least recently used leaves first; at least <see cref="MaxLoras"/>.
    /// </summary>
    /// <value>The default is 64.</value>
    public int MaxCpuLoras { get; init; } = 64;

    /// <summary>Largest rank of an adapter.</summary>
    /// <value>The default is 64.</value>
    public int MaxLoraRank { get; init; } = 64;

    /// <summary>Requests that may wait or run for all clients together; more get 429.</summary>
    /// <value>The default is 256.</value>
    public int MaxQueue { get; init; } = 256;

    /// <summary>Requests that may wait or run for one client; more get 429.</summary>
    /// <value>The default is 64.</value>
    public int MaxQueuePerClient { get; init; } = 64;

    /// <summary>Largest request body, bytes.</summary>
    /// <value>The default is 4 MiB.</value>
    public int MaxBodyBytes { get; init; } = 4 << 20;

    /// <summary>How often the traffic states are read.</summary>
    /// <value>The default is one second.</value>
    public TimeSpan TrafficInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long running requests may take after a stop was asked for.</summary>
    /// <value>The default is 30 seconds.</value>
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Share of responses that are stored redacted, 0 to 1.</summary>
    /// <value>The default is 0.01.</value>
    public double SampleShare { get; init; } = 0.01;

    /// <summary>Whether a lasting drift of a candidate's answers ends its rollout.</summary>
    /// <value>The default is false.</value>
    public bool RollBackOnDrift { get; init; }
}
