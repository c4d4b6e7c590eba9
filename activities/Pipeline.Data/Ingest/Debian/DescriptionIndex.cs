using System.Runtime.InteropServices;

namespace Pipeline.Data.Ingest.Debian;

/// <summary>
/// Long descriptions by (package, Description-md5). The text stays UTF-8 in memory: 33 MB for the whole archive.
/// </summary>
internal sealed class DescriptionIndex
{
    private static readonly HashSet<string> Wanted =
        new(StringComparer.Ordinal) { "Package", "Description-md5", "Description-en" };
    private readonly Dictionary<string, byte[]> _byKey = new(StringComparer.Ordinal);

    public int Count => _byKey.Count;

    public long Load(string path, CancellationToken cancellationToken)
    {
        var reader = new ControlFileReader(path, Wanted);
        foreach (var stanza in reader.Read())
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (stanza.Problem is null && stanza["Description-md5"] is { Length: > 0 } md5)
            {
                CollectionsMarshal.GetValueRefOrAddDefault(_byKey, stanza["Package"] + '\n' + md5, out _) ??=
                    System.Text.Encoding.UTF8.GetBytes(Plain(stanza["Description-en"]));
            }
        }

        return reader.BytesRead;
    }

    /// <summary>The long description, or an empty string.</summary>
    public string Find(string package, string md5) =>
        _byKey.TryGetValue(package + '\n' + md5, out var text) ? System.Text.Encoding.UTF8.GetString(text) : "";

    /// <summary>
    /// Drops the first line, the leading space of each further line, and turns a lone dot into an empty line.
    /// </summary>
    public static string Plain(string field)
    {
        var lines = field.Split('\n');
        return string.Join('\n', lines.Skip(1).Select(line => line.Trim() == "." ? "" : line.TrimEnd()[1..]));
    }
}
