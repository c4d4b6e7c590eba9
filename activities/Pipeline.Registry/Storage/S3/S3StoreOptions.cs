namespace Pipeline.Registry.Storage.S3;

/// <summary>How to reach an S3-compatible service. Credentials come from the AWS chain unless given.</summary>
public sealed record S3StoreOptions
{
    /// <summary>Bucket name.</summary>
    public required string Bucket { get; init; }

    /// <summary>Prefix of every key, without a leading slash; may be empty.</summary>
    public string Prefix { get; init; } = "";

    /// <summary>Endpoint of a service other than AWS; null for AWS itself.</summary>
    public Uri? Endpoint { get; init; }

    /// <summary>Region.</summary>
    public string Region { get; init; } = "us-east-1";

    /// <summary>Whether plain HTTP is accepted outside loopback.</summary>
    public bool AllowInsecure { get; init; }

    /// <summary>Requests in flight for one transfer.</summary>
    public int Concurrency { get; init; } = 16;

    /// <summary>Bytes of one part of a transfer; at least 5 MiB (the limit of S3).</summary>
    public int PartBytes { get; init; } = 8 << 20;

    /// <summary>Attempts of one request, the first included.</summary>
    public int MaxAttempts { get; init; } = 6;

    /// <summary>Longest time without an answer to one request.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>First pause of the exponential back-off; jitter is added, 20 seconds is the cap.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromMilliseconds(200);
}
