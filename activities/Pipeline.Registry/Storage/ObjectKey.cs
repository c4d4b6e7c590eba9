using System.Text;

namespace Pipeline.Registry.Storage;

/// <summary>Rules for keys, the same for every store.</summary>
public static class ObjectKey
{
    /// <summary>Longest key, in UTF-8 bytes (the limit of S3).</summary>
    public const int MaxBytes = 1024;

    /// <summary>Accepts a key.</summary>
    /// <param name="key">Any text.</param>
    /// <returns>The key.</returns>
    /// <exception cref="ObjectStoreException">The key is empty, too long, or holds control characters or unpaired
    /// surrogates.</exception>
    public static string Check(string key)
    {
        if (key.Length == 0 || Encoding.UTF8.GetByteCount(key) > MaxBytes)
        {
            throw Invalid(key, $"is empty or longer than {MaxBytes} bytes");
        }

        if (key.Any(char.IsControl))
        {
            throw Invalid(key, "holds control characters");
        }

        if (key.Contains('�', StringComparison.Ordinal) || !IsWellFormed(key))
        {
            throw Invalid(key, "is not well-formed Unicode");
        }

        return key;
    }

    private static bool IsWellFormed(string key)
    {
        for (var i = 0; i < key.Length; i++)
        {
            if (char.IsSurrogate(key[i]) && !(i + 1 < key.Length && char.IsSurrogatePair(key[i], key[++i])))
            {
                return false;
            }
        }

        return true;
    }

    private static ObjectStoreException Invalid(string key, string why) =>
        new(ObjectStoreError.InvalidKey,
            $"object key {Show(key)} {why}; use printable text of at most {MaxBytes} bytes");

    private static string Show(string key)
    {
        var shown = new StringBuilder("'");
        foreach (var c in key.Length > 120 ? key.AsSpan(0, 120) : key)
        {
            _ = char.IsControl(c) || char.IsSurrogate(c) ? shown.Append($"\\u{(int)c:x4}") : shown.Append(c);
        }

        return shown.Append(key.Length > 120 ? "…'" : "'").ToString();
    }
}
