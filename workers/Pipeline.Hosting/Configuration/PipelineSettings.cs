namespace Pipeline.Hosting.Configuration;

/// <summary>
/// Every setting of the product, bound once at start from <c>temporal.yaml</c>, the environment and the command line.
/// </summary>
public sealed record PipelineSettings
{
    /// <summary>The Temporal engine.</summary>
    public EngineSettings Engine { get; init; } = new();

    /// <summary>Where artefacts live.</summary>
    public StoreSettings Store { get; init; } = new();

    /// <summary>Worker pools by name.</summary>
    /// <value>The default pools are <c>cpu</c> and <c>gpu</c>.</value>
    public IReadOnlyDictionary<string, PoolSettings> Pools { get; init; } = new Dictionary<string, PoolSettings>();

    /// <summary>The serving gateway.</summary>
    public GatewaySettings Gateway { get; init; } = new();

    /// <summary>Who may approve promotions.</summary>
    public ApprovalSettings Approval { get; init; } = new();

    /// <summary>The model that judges answers.</summary>
    public JudgeSettings Judge { get; init; } = new();

    /// <summary>How long things are kept.</summary>
    public RetentionSettings Retention { get; init; } = new();

    /// <summary>Logs, traces and metrics.</summary>
    public TelemetrySettings Telemetry { get; init; } = new();
}

/// <summary>Which Temporal engine to use and how to reach it.</summary>
public sealed record EngineSettings
{
    /// <summary>Host and port of a Temporal cluster; empty lets <c>./pipeline</c> start a local engine.</summary>
    /// <value>The default is empty. Environment: TEMPORAL_ADDRESS.</value>
    public string Address { get; init; } = "";

    /// <summary>Temporal namespace.</summary>
    /// <value>The default is <c>default</c>. Environment: TEMPORAL_NAMESPACE.</value>
    public string Namespace { get; init; } = "default";

    /// <summary>API key for Temporal Cloud; turns TLS on.</summary>
    /// <value>The default is empty. Environment: TEMPORAL_API_KEY.</value>
    [Secret]
    public string ApiKey { get; init; } = "";

    /// <summary>Transport security.</summary>
    public TlsSettings Tls { get; init; } = new();

    /// <summary>Version of the workers; a run stays with the version that it began with.</summary>
    public WorkerDeploymentSettings Deployment { get; init; } = new();

    /// <summary>Loopback port of a local engine.</summary>
    /// <value>The default is 7233.</value>
    public int Port { get; init; } = 7233;

    /// <summary>Loopback port of a local engine's Web UI.</summary>
    /// <value>The default is 8233.</value>
    public int UiPort { get; init; } = 8233;
}

/// <summary>Worker deployment versions; needs an engine that has them.</summary>
public sealed record WorkerDeploymentSettings
{
    /// <summary>Name of the deployment; empty polls without versions.</summary>
    /// <value>The default is empty.</value>
    public string Name { get; init; } = "";

    /// <summary>Build of these workers; empty takes the digest of their code.</summary>
    /// <value>The default is empty.</value>
    public string Build { get; init; } = "";
}

/// <summary>TLS towards the Temporal cluster.</summary>
public sealed record TlsSettings
{
    /// <summary>Whether TLS is used.</summary>
    /// <value>The default is false. Environment: TEMPORAL_TLS.</value>
    public bool Enabled { get; init; }

    /// <summary>Path of the client certificate, PEM.</summary>
    /// <value>Environment: TEMPORAL_TLS_CLIENT_CERT_PATH.</value>
    public string ClientCertPath { get; init; } = "";

    /// <summary>Path of the client key, PEM.</summary>
    /// <value>Environment: TEMPORAL_TLS_CLIENT_KEY_PATH.</value>
    public string ClientKeyPath { get; init; } = "";

    /// <summary>Path of the certificate authority of the server, PEM.</summary>
    /// <value>Environment: TEMPORAL_TLS_SERVER_CA_CERT_PATH.</value>
    public string ServerCaCertPath { get; init; } = "";

    /// <summary>Name expected in the server's certificate.</summary>
    /// <value>Environment: TEMPORAL_TLS_SERVER_NAME.</value>
    public string ServerName { get; init; } = "";
}

/// <summary>The object store.</summary>
public sealed record StoreSettings
{
    /// <summary>Implementation.</summary>
    /// <value>The default is <see cref="StoreKind.Directory"/>.</value>
    public StoreKind Kind { get; init; } = StoreKind.Directory;

    /// <summary>Folder of a directory store; relative paths start at the repository.</summary>
    /// <value>The default is <c>.pipeline/store</c>.</value>
    public string Path { get; init; } = ".pipeline/store";

    /// <summary>Settings of an S3 store.</summary>
    public S3Settings S3 { get; init; } = new();
}

/// <summary>Implementations of the object store.</summary>
public enum StoreKind
{
    /// <summary>A folder of this machine.</summary>
    Directory,

    /// <summary>An S3-compatible service.</summary>
    S3,
}

/// <summary>An S3-compatible service. Credentials come from the usual AWS chain, never from the file.</summary>
public sealed record S3Settings
{
    /// <summary>Bucket name.</summary>
    public string Bucket { get; init; } = "";

    /// <summary>Prefix inside the bucket, without a leading slash.</summary>
    public string Prefix { get; init; } = "";

    /// <summary>Endpoint URL of a service other than AWS.</summary>
    /// <value>Environment: AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL.</value>
    public string Endpoint { get; init; } = "";

    /// <summary>Region.</summary>
    /// <value>The default is us-east-1. Environment: AWS_REGION.</value>
    public string Region { get; init; } = "us-east-1";

    /// <summary>Whether an endpoint without TLS outside loopback is accepted.</summary>
    /// <value>The default is false.</value>
    public bool AllowInsecure { get; init; }

    /// <summary>Requests in flight for one transfer.</summary>
    /// <value>The default is 16; allowed are 1 to 256.</value>
    public int Concurrency { get; init; } = 16;
}

/// <summary>A pool of workers.</summary>
public sealed record PoolSettings
{
    /// <summary>Task queues that the pool serves.</summary>
    public IReadOnlyList<string> Queues { get; init; } = [];

    /// <summary>Activities that one worker process runs at the same time.</summary>
    /// <value>The default is 1.</value>
    public int Slots { get; init; } = 1;

    /// <summary>Worker processes that <c>./pipeline up</c> starts.</summary>
    /// <value>The default is 1.</value>
    public int Processes { get; init; } = 1;

    /// <summary>Threads for tensor work in one process; 0 takes every core.</summary>
    /// <value>The default is 0.</value>
    public int Threads { get; init; }
}

/// <summary>The OpenAI-compatible gateway.</summary>
public sealed record GatewaySettings
{
    /// <summary>Address to listen on.</summary>
    /// <value>The default is 127.0.0.1.</value>
    public string Host { get; init; } = "127.0.0.1";

    /// <summary>Port to listen on.</summary>
    /// <value>The default is 8088.</value>
    public int Port { get; init; } = 8088;

    /// <summary>Base model to serve: name of a shipped model, or a folder.</summary>
    /// <value>The default is <c>bookworm-6m</c>.</value>
    public string Model { get; init; } = "bookworm-6m";

    /// <summary>Addresses of every gateway of the deployment; empty means the one at host and port.</summary>
    /// <value>The default is empty.</value>
    public IReadOnlyList<string> Urls { get; init; } = [];

    /// <summary>Requests decoded together.</summary>
    /// <value>The default is 32.</value>
    public int MaxBatch { get; init; } = 32;
}

/// <summary>Approvals.</summary>
public sealed record ApprovalSettings
{
    /// <summary>Names that may approve; empty accepts any name but the submitter's.</summary>
    public IReadOnlyList<string> Approvers { get; init; } = [];

    /// <summary>
    /// Public keys of approvers as <c>NAME=KEY</c>, P-256 in SubjectPublicKeyInfo and Base64; when there are any,
    /// decisions must be signed.
    /// </summary>
    /// <value>The default is empty.</value>
    public IReadOnlyList<string> Keys { get; init; } = [];

    /// <summary>Approvals needed for a promotion.</summary>
    /// <value>The default is 1.</value>
    public int Required { get; init; } = 1;

    /// <summary>Hours until an unanswered request is rejected.</summary>
    /// <value>The default is 336 (two weeks).</value>
    public int ExpireHours { get; init; } = 336;

    /// <summary>The keys by the name of the approver.</summary>
    /// <returns>Base64 text of each key.</returns>
    public IReadOnlyDictionary<string, string> KeysByName() => Keys
        .Select(entry => entry.Split('=', 2))
        .ToDictionary(parts => parts[0].Trim(), parts => parts[1].Trim(), StringComparer.Ordinal);
}

/// <summary>The model that judges answers; it must be another one than what it judges.</summary>
public sealed record JudgeSettings
{
    /// <summary>
    /// Base address of an OpenAI-compatible endpoint, such as <c>https://judge.example/v1/</c>; empty for no judge.
    /// </summary>
    /// <value>The default is empty.</value>
    public string Url { get; init; } = "";

    /// <summary>Hosts other than this machine that may see questions and answers.</summary>
    /// <value>The default is none.</value>
    public IReadOnlyList<string> Allow { get; init; } = [];

    /// <summary>Id of the judge.</summary>
    /// <value>The default is empty.</value>
    public string Model { get; init; } = "";

    /// <summary>Key of the endpoint.</summary>
    /// <value>The default is empty. Environment: PIPELINE_JUDGE__API_KEY.</value>
    [Secret]
    public string ApiKey { get; init; } = "";
}

/// <summary>Retention.</summary>
public sealed record RetentionSettings
{
    /// <summary>Checkpoints kept for each training besides the best one.</summary>
    /// <value>The default is 2.</value>
    public int Checkpoints { get; init; } = 2;

    /// <summary>Days that logs are kept.</summary>
    /// <value>The default is 14.</value>
    public int LogDays { get; init; } = 14;
}

/// <summary>Logs, traces and metrics.</summary>
public sealed record TelemetrySettings
{
    /// <summary>Smallest level that is logged.</summary>
    /// <value>The default is <see cref="LogLevelName.Information"/>.</value>
    public LogLevelName Level { get; init; } = LogLevelName.Information;

    /// <summary>OTLP endpoint for traces and metrics; empty turns both off.</summary>
    /// <value>The default is empty. Environment: OTEL_EXPORTER_OTLP_ENDPOINT.</value>
    public string OtlpEndpoint { get; init; } = "";

    /// <summary>Whether each process serves a Prometheus page on a loopback port of its own.</summary>
    /// <value>The default is true.</value>
    public bool Prometheus { get; init; } = true;
}

/// <summary>Log levels.</summary>
public enum LogLevelName
{
    /// <summary>Everything.</summary>
    Verbose,

    /// <summary>For developers.</summary>
    Debug,

    /// <summary>What an operator reads.</summary>
    Information,

    /// <summary>Something to look at.</summary>
    Warning,

    /// <summary>Something failed.</summary>
    Error,
}
