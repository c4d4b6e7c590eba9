using System.Text;

namespace Pipeline.Registry.Storage.Directories;

/// <summary>Maps keys to file names so that no key can leave the folder or meet another one.</summary>
/// <remarks>
/// Each part between slashes becomes one name. Bytes other than letters, digits and <c>._=@+-</c> are percent-encoded;
/// a leading dot is encoded too, so neither <c>.</c>, <c>..</c> nor the store's own dot folders can be named. An empty
/// part becomes <c>%</c>.
/// </remarks>
internal static class ObjectPath
{
    private const int MaxNameBytes = 255;

    public static string FromKey(string key)
    {
        var path = new StringBuilder();
        foreach (var part in ObjectKey.Check(key).Split('/'))
        {
            var name = Encode(part);
            if (name.Length > MaxNameBytes)
            {
                throw new ObjectStoreException(
                    ObjectStoreError.InvalidKey,
                    $"a part of an object key is longer than {MaxNameBytes} bytes when encoded");
            }

            path.Append(path.Length == 0 ? "" : "/").Append(name);
        }

        return path.ToString();
    }

    public static string ToKey(string path) => string.Join('/', path.Split('/').Select(Decode));

    private static string Encode(string part)
    {
        if (part.Length == 0)
        {
            return "%";
        }

        var name = new StringBuilder(part.Length);
        foreach (var b in Encoding.UTF8.GetBytes(part))
        {
            var safe = char.IsAsciiLetterOrDigit((char)b)
                || b is (byte)'_' or (byte)'=' or (byte)'@' or (byte)'+' or (byte)'-' ||
                (b == (byte)'.' && name.Length > 0);
            _ = safe ? name.Append((char)b) : name.Append('%').Append(b.ToString("X2"));
        }

        return name.ToString();
    }

    private static string Decode(string name) => name == "%" ? "" : Uri.UnescapeDataString(name);
}
