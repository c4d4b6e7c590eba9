namespace Pipeline.Data.Tokenizers.Loading;

/// <summary>Reads one tokenizer file of either kind.</summary>
internal static class TokenizerFile
{
    /// <summary>Larger files are refused before they are read.</summary>
    internal const long MaxBytes = 256L << 20;

    internal static HuggingFaceTokenizer Load(string path, IReadOnlyList<AddedToken>? extraTokens = null)
    {
        var bytes = ReadAll(path);
        return path.EndsWith(".model", StringComparison.OrdinalIgnoreCase)
            ? SentencePieceReader.Read(bytes, path, extraTokens ?? [])
            : TokenizerJsonReader.Read(bytes, path, extraTokens ?? []);
    }

    internal static byte[] ReadAll(string path)
    {
        var file = new FileInfo(path);
        if (!file.Exists) throw new FileNotFoundException($"there is no tokenizer file '{path}'", path);
        if (file.Length > MaxBytes)
        {
            throw new TokenizerFormatException(
                path, "", $"the file has {file.Length} bytes; more than {MaxBytes} are refused");
        }

        return File.ReadAllBytes(path);
    }
}
