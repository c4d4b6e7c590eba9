using System.Security.Cryptography;
using System.Text;

namespace Pipeline.Llm.Peft;

/// <summary>
/// The two files of an adapter, each read once: what was digested is what is loaded, whatever happens to the files
/// meanwhile.
/// </summary>
public sealed class AdapterContent
{
    private AdapterContent(string directory, byte[] config, byte[] weights) =>
        (Directory, Config, Weights) = (directory, config, weights);

    /// <summary>Directory that the files came from; for messages only.</summary>
    public string Directory { get; }

    /// <summary>Digest of the content, see <see cref="DigestOf"/>.</summary>
    public string Digest => Combine(SHA256.HashData(Config), SHA256.HashData(Weights));

    /// <summary>Bytes of <c>adapter_config.json</c>.</summary>
    internal byte[] Config { get; }

    /// <summary>Bytes of <c>adapter_model.safetensors</c>.</summary>
    internal byte[] Weights { get; }

    /// <summary>Reads an adapter directory; nothing is checked yet.</summary>
    /// <param name="directory">A directory in PEFT's layout.</param>
    /// <returns>The content.</returns>
    /// <exception cref="IOException">A file is missing, cannot be read, or has more than 2 GiB.</exception>
    public static AdapterContent Read(string directory) => new(
        directory, File.ReadAllBytes(Path.Combine(directory, LoraConfigJson.FileName)),
        File.ReadAllBytes(Path.Combine(directory, AdapterFile.FileName)));

    /// <summary>
    /// Digest of an adapter directory: SHA-256 over one line <c>name:sha256</c> for its configuration and one for its
    /// weights.
    /// </summary>
    /// <param name="directory">A directory in PEFT's layout.</param>
    /// <returns>Lower-case hexadecimal.</returns>
    /// <exception cref="IOException">A file is missing or cannot be read.</exception>
    public static string DigestOf(string directory) =>
        Combine(DigestFile(directory, LoraConfigJson.FileName), DigestFile(directory, AdapterFile.FileName));

    private static byte[] DigestFile(string directory, string name)
    {
        using var stream = new FileStream(
            Path.Combine(directory, name), FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16,
            FileOptions.SequentialScan);
        return SHA256.HashData(stream);
    }

    private static string Combine(byte[] config, byte[] weights) => Convert.ToHexStringLower(
        SHA256.HashData(Encoding.ASCII.GetBytes(
        $"{LoraConfigJson.FileName}:{Convert.ToHexStringLower(config)}\n{AdapterFile.FileName}"
            + $":{Convert.ToHexStringLower(weights)}\n")));
}
