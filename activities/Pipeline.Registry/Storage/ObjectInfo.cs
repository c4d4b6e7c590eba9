namespace Pipeline.Registry.Storage;

/// <summary>Describes a stored object.</summary>
/// <param name="Key">Key.</param>
/// <param name="Bytes">Length in bytes.</param>
/// <param name="ETag">Changes whenever the content is written again; opaque.</param>
/// <param name="LastModified">Time of the last write, UTC.</param>
public sealed record ObjectInfo(string Key, long Bytes, string ETag, DateTimeOffset LastModified)
{
    /// <summary>CRC-64/NVME of the whole content, where the store keeps one; listings never carry it.</summary>
    public ulong? Crc64 { get; init; }
}

/// <summary>A range of bytes.</summary>
/// <param name="Offset">First byte, from 0.</param>
/// <param name="Length">Number of bytes, at least 1.</param>
public readonly record struct ByteRange(long Offset, long Length);

/// <summary>What must hold for a write.</summary>
/// <param name="IfAbsent">No object has the key (<c>If-None-Match: *</c>).</param>
/// <param name="IfMatch">The object has this etag; null does not ask.</param>
public readonly record struct PutCondition(bool IfAbsent, string? IfMatch)
{
    /// <summary>Writes only when the key is free.</summary>
    public static PutCondition Absent => new(IfAbsent: true, IfMatch: null);

    /// <summary>Writes only over the version with this etag.</summary>
    /// <param name="etag">The etag that was read.</param>
    /// <returns>The condition.</returns>
    public static PutCondition Match(string etag) => new(IfAbsent: false, etag);
}
