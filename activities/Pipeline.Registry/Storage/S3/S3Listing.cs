using System.Globalization;
using System.Xml;

namespace Pipeline.Registry.Storage.S3;

/// <summary>One page of a listing.</summary>
/// <param name="Objects">What is in it, with full keys; etags may be empty.</param>
/// <param name="Continuation">Where the next page starts; null at the end.</param>
internal sealed record S3Listing(IReadOnlyList<ObjectInfo> Objects, string? Continuation)
{
    private const long MaxCharacters = 16 << 20; // a page holds at most 1,000 keys of 1,024 bytes

    /// <summary>Reads a page; document types and entities are refused.</summary>
    /// <exception cref="XmlException">The text is not such a page.</exception>
    public static async Task<S3Listing> ReadAsync(Stream body)
    {
        var settings = new XmlReaderSettings
        {
            Async = true,
            // keys may hold anything, and are escaped where the service understands encoding-type
            CheckCharacters = false,
            DtdProcessing = DtdProcessing.Prohibit,
            IgnoreWhitespace = true,
            MaxCharactersInDocument = MaxCharacters,
            XmlResolver = null,
        };
        using var reader = XmlReader.Create(body, settings);
        var objects = new List<ObjectInfo>();
        var (escaped, truncated, continuation) = (false, false, (string?)null);
        await reader.MoveToContentAsync();
        if (reader.LocalName != "ListBucketResult")
        {
            throw new XmlException($"expected a ListBucketResult, found '{reader.LocalName}'");
        }

        await reader.ReadAsync();
        while (reader.NodeType == XmlNodeType.Element)
        {
            switch (reader.LocalName)
            {
                case "EncodingType":
                    escaped = await reader.ReadElementContentAsStringAsync() == "url";
                    break;
                case "IsTruncated":
                    truncated = await reader.ReadElementContentAsStringAsync() == "true";
                    break;
                case "NextContinuationToken":
                    continuation = await reader.ReadElementContentAsStringAsync();
                    break;
                case "Contents":
                    objects.Add(await ReadObjectAsync(reader));
                    break;
                default:
                    await reader.SkipAsync();
                    break;
            }
        }

        return new S3Listing(
            escaped ? [
                .. objects.Select(item => item with { Key = Uri.UnescapeDataString(item.Key.Replace('+', ' ')) })]
                : objects,
            truncated ? continuation : null);
    }

    private static async Task<ObjectInfo> ReadObjectAsync(XmlReader reader)
    {
        var (key, bytes, etag, time) = ("", 0L, "", DateTimeOffset.MinValue);
        await reader.ReadAsync();
        while (reader.NodeType == XmlNodeType.Element)
        {
            var name = reader.LocalName;
            if (name is not ("Key" or "Size" or "ETag" or "LastModified"))
            {
                await reader.SkipAsync();
                continue;
            }

            var value = await reader.ReadElementContentAsStringAsync();
            switch (name)
            {
                case "Key":
                    key = value;
                    break;
                case "Size":
                    bytes = long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var size)
                        ? size
                        : throw new XmlException($"'{value}' is not the size of an object");
                    break;
                case "ETag":
                    etag = value;
                    break;
                default:
                    time = DateTimeOffset.TryParse(
                        value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var parsed)
                        ? parsed : time;
                    break;
            }
        }

        await reader.ReadAsync(); // the end of the object
        return new ObjectInfo(key, bytes, etag, time);
    }
}
