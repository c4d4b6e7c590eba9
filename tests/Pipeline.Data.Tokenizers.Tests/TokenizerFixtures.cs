using System.Buffers.Binary;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Pipeline.Data.Tokenizers.Tests;

/// <summary>Reads the golden files of the reference library.</summary>
internal static class TokenizerFixtures
{
    public static IEnumerable<string> Names() =>
        Directory.Exists(Path.Combine(Fixtures.Root, "tokenizers"))
            ? Directory.GetFiles(Path.Combine(Fixtures.Root, "tokenizers"), "*.tokenizer.json")
                .Select(path => Path.GetFileName(path)[..^".tokenizer.json".Length]).Order(StringComparer.Ordinal)
            : ["fixtures-absent"];

    public static IEnumerable<TheoryDataRow<string>> Rows() => Names().Select(name => new TheoryDataRow<string>(name));

    public static HuggingFaceTokenizer Load(string name) =>
        HuggingFaceTokenizer.Load(Fixtures.Require($"tokenizers/{name}.tokenizer.json"));

    public static JsonElement Json(string file) =>
        JsonDocument.Parse(File.ReadAllBytes(Fixtures.Require("tokenizers/" + file))).RootElement;

    public static byte[] Unzip(string file)
    {
        using var stream =
            new GZipStream(File.OpenRead(Fixtures.Require("tokenizers/" + file)), CompressionMode.Decompress);
        using var memory = new MemoryStream();
        stream.CopyTo(memory);
        return memory.ToArray();
    }

    public static string[] Lines(string file) => Encoding.UTF8.GetString(Unzip(file)).Split('\n');

    public static int[] Ints(JsonElement element) => [.. element.EnumerateArray().Select(item => item.GetInt32())];

    public static string[] Strings(JsonElement element) =>
        [.. element.EnumerateArray().Select(item => item.GetString()!)];

    public static string Offsets(JsonElement element) =>
        string.Join(' ', element.EnumerateArray().Select(pair => $"{pair[0].GetInt32()}-{pair[1].GetInt32()}"));

    public static string Offsets(IEnumerable<TokenOffset> offsets) =>
        string.Join(' ', offsets.Select(offset => $"{offset.Start}-{offset.End}"));

    public static byte[] LittleEndian(IReadOnlyList<int> ids)
    {
        var bytes = new byte[ids.Count * 4];
        for (var i = 0; i < ids.Count; i++) BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(i * 4), ids[i]);
        return bytes;
    }

    public static string Sha256(IReadOnlyList<int> ids) => Convert.ToHexStringLower(SHA256.HashData(LittleEndian(ids)));
}
