namespace Pipeline.Llm.Checkpoints;

/// <summary>Recognises weight formats that are refused because reading them can run code.</summary>
public static class FileMagic
{
    /// <summary>Refuses pickles, torch archives and other containers by their first bytes.</summary>
    /// <param name="prefix">First bytes of the file.</param>
    /// <param name="file">Name for the message.</param>
    /// <exception cref="InvalidDataException">The file is not a plain tensor file.</exception>
    public static void RefusePickle(ReadOnlySpan<byte> prefix, string file)
    {
        var kind = prefix switch
        {
            [0x80, >= 1 and <= 5, ..] when prefix.Length < 8
                || prefix[2..8].ContainsAnyExcept((byte)0) => "a Python pickle",
            [(byte)'P', (byte)'K', 3, 4, ..] => "a zip archive (torch.save)",
            [(byte)'7', (byte)'z', 0xBC, 0xAF, ..] => "a 7z archive",
            [(byte)'G', (byte)'G', (byte)'U', (byte)'F', ..] => "a GGUF file",
            _ => null,
        };
        if (kind is not null)
        {
            throw new InvalidDataException(
                $"{file} is {kind}: pickle can run code and only safetensors is read; convert it to safetensors "
                    + $"elsewhere");
        }
    }
}
