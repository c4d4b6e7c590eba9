using System.Text;

namespace Pipeline.Data.Readers;

/// <summary>Names a file's real content by its first bytes.</summary>
public static class FileSniffer
{
    private static readonly (byte[] Magic, string Name)[] Known =
    [
        ([0x1F, 0x8B], "gzip"),
        ([0x28, 0xB5, 0x2F, 0xFD], "Zstandard"),
        ([0x50, 0x4B, 0x03, 0x04], "a zip archive (or a torch or Office file)"),
        ([0x50, 0x4B, 0x05, 0x06], "an empty zip archive"),
        ([0x7F, 0x45, 0x4C, 0x46], "an ELF program"),
        ([0x50, 0x41, 0x52, 0x31], "Parquet"),
        ([0x42, 0x5A, 0x68], "bzip2"),
        ([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00], "xz"),
        ([0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C], "7-Zip"),
        ([0x25, 0x50, 0x44, 0x46, 0x2D], "PDF"),
        ([0x47, 0x47, 0x55, 0x46], "GGUF"),
        ([0x89, 0x50, 0x4E, 0x47], "a PNG image"),
    ];

    /// <summary>What the bytes are, when they are certainly not rows of text.</summary>
    /// <param name="head">The first bytes of a file; 512 are enough.</param>
    /// <returns>A name such as <c>gzip</c>, or null when the bytes may be text.</returns>
    public static string? NameOf(ReadOnlySpan<byte> head)
    {
        foreach (var (magic, name) in Known)
        {
            if (head.StartsWith(magic)) return name;
        }

        if (head.Length >= 262 && head[257..262].SequenceEqual("ustar"u8)) return "a tar archive";
        if (head.Length >= 2 && head[0] == 0x80 && head[1] is >= 2 and <= 5)
            return "a Python pickle, which can run code";
        var start = Encoding.Latin1.GetString(head[..Math.Min(head.Length, 64)])
            .TrimStart('\uFEFF', ' ', '\r', '\n', '\t', 'ï', '»', '¿');
        if (start.StartsWith("<!doctype html", StringComparison.OrdinalIgnoreCase)
            || start.StartsWith("<html", StringComparison.OrdinalIgnoreCase))
        {
            return "an HTML page, often an error page saved under the file's name";
        }

        return start.StartsWith("<?xml", StringComparison.Ordinal) ? "XML, often a store's error message" : null;
    }

    /// <summary>
    /// The name of a 16 or 32 bit Unicode encoding, for the message that names the conversion command.
    /// </summary>
    /// <param name="head">The first bytes of a file.</param>
    /// <returns><c>UTF-16LE</c>, <c>UTF-16BE</c>, <c>UTF-32LE</c>, <c>UTF-32BE</c> or null.</returns>
    public static string? WideEncodingOf(ReadOnlySpan<byte> head)
    {
        if (head.StartsWith<byte>([0xFF, 0xFE, 0, 0])) return "UTF-32LE";
        if (head.StartsWith<byte>([0, 0, 0xFE, 0xFF])) return "UTF-32BE";
        if (head.StartsWith<byte>([0xFF, 0xFE])) return "UTF-16LE";
        if (head.StartsWith<byte>([0xFE, 0xFF])) return "UTF-16BE";
        if (head.Length < 8) return null;
        if (head[0] != 0 && head[1] == 0 && head[2] == 0 && head[3] == 0) return "UTF-32LE";
        if (head[0] == 0 && head[1] == 0 && head[2] == 0 && head[3] != 0) return "UTF-32BE";
        if (head[0] != 0 && head[1] == 0 && head[2] != 0 && head[3] == 0) return "UTF-16LE";
        return head[0] == 0 && head[1] != 0 && head[2] == 0 && head[3] != 0 ? "UTF-16BE" : null;
    }
}
