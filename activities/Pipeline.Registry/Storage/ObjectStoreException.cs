namespace Pipeline.Registry.Storage;

/// <summary>What went wrong in an object store.</summary>
public enum ObjectStoreError
{
    /// <summary>No object has the key.</summary>
    NotFound,

    /// <summary>The condition of a write or read does not hold.</summary>
    PreconditionFailed,

    /// <summary>The credentials are missing, wrong or expired, or do not allow the call.</summary>
    AccessDenied,

    /// <summary>The service did not answer within its time, or said that it is overloaded.</summary>
    Unavailable,

    /// <summary>The bytes do not have the announced length or checksum.</summary>
    Integrity,

    /// <summary>No space is left.</summary>
    NoSpace,

    /// <summary>The store cannot be written.</summary>
    ReadOnly,

    /// <summary>The disk reported an error.</summary>
    Disk,

    /// <summary>The key is not acceptable.</summary>
    InvalidKey,

    /// <summary>The endpoint is not acceptable, or lacks something the product needs.</summary>
    Unsupported,
}

/// <summary>A failure of an object store: code, key, cause and what to do.</summary>
/// <param name="error">What went wrong.</param>
/// <param name="message">A sentence that names the object and the next step.</param>
/// <param name="inner">The cause.</param>
public sealed class ObjectStoreException(ObjectStoreError error, string message, Exception? inner = null)
    : Exception(message, inner)
{
    /// <summary>What went wrong.</summary>
    public ObjectStoreError Error { get; } = error;

    /// <summary>Whether the same call may succeed later.</summary>
    public bool IsTransient => Error is ObjectStoreError.Unavailable or ObjectStoreError.Integrity;
}
