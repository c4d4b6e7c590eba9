using System.Text;
using Pipeline.Data.Tokenizers.Models;
using Pipeline.Data.Tokenizers.Unicode;

namespace Pipeline.Data.Tokenizers.Decoders;

/// <summary>Undoes the byte alphabet; a token with a character outside it stands for its own UTF-8.</summary>
internal sealed class ByteLevelDecoder : TokenDecoder
{
    internal override List<string> Decode(List<string> tokens)
    {
        var bytes = new List<byte>();
        foreach (var token in tokens)
        {
            var text = Encoding.UTF8.GetBytes(token);
            var decoded = new byte[text.Length];
            bytes.AddRange(ByteAlphabet.TryDecode(text, decoded, out var written) ? decoded[..written] : text);
        }

        return [Encoding.UTF8.GetString([.. bytes])];
    }
}

/// <summary>Joins runs of byte tokens; a run that is not UTF-8 becomes one U+FFFD a byte.</summary>
internal sealed class ByteFallbackDecoder : TokenDecoder
{
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    internal override List<string> Decode(List<string> tokens)
    {
        var output = new List<string>();
        var run = new List<byte>();
        foreach (var token in tokens)
        {
            var value = ByteTokens.Parse(token);
            if (value >= 0)
            {
                run.Add((byte)value);
                continue;
            }

            Flush(run, output);
            output.Add(token);
        }

        Flush(run, output);
        return output;
    }

    private static void Flush(List<byte> run, List<string> output)
    {
        if (run.Count == 0) return;
        try
        {
            output.Add(Strict.GetString([.. run]));
        }
        catch (DecoderFallbackException)
        {
            output.AddRange(Enumerable.Repeat("\uFFFD", run.Count));
        }

        run.Clear();
    }
}
