using System.Text;
using Pipeline.Data.Tokenizers.Decoders;
using Pipeline.Data.Tokenizers.Models;
using Pipeline.Data.Tokenizers.Unicode;

namespace Pipeline.Data.Tokenizers;

/// <summary>Turns ids back into text.</summary>
internal sealed class TextDecoder(TokenizerParts parts)
{
    private readonly ByteLevelBpeModel? _byteLevel =
        parts.Decoders is [ByteLevelDecoder] ? parts.Model as ByteLevelBpeModel : null;

    internal string? TokenText(int id) =>
        parts.Added.TextOf(id) ?? (parts.Model.Vocabulary.Contains(id) ? parts.Model.TextOf(id) : null);

    /// <summary>Decodes; ids without a token are left out.</summary>
    internal string Decode(ReadOnlySpan<int> ids, bool skipSpecialTokens)
    {
        if (_byteLevel is not null) return DecodeBytes(ids, skipSpecialTokens, _byteLevel);
        var tokens = new List<string>(ids.Length);
        foreach (var id in ids)
        {
            if (TokenText(id) is { } text && !(skipSpecialTokens && parts.Added.IsSpecial(text))) tokens.Add(text);
        }

        if (parts.Decoders is null) return string.Join(' ', tokens);
        foreach (var step in parts.Decoders) tokens = step.Decode(tokens);
        return string.Concat(tokens);
    }

    private string DecodeBytes(ReadOnlySpan<int> ids, bool skipSpecialTokens, ByteLevelBpeModel model)
    {
        var bytes = new byte[Math.Max(64, ids.Length * 6)];
        var used = 0;
        foreach (var id in ids)
        {
            if (parts.Added.TextOf(id) is { } text)
            {
                if (skipSpecialTokens && parts.Added.IsSpecial(text)) continue;
                Append(Encoding.UTF8.GetBytes(text), ref bytes, ref used);
            }
            else if (model.Raw.Contains(id))
            {
                var token = model.Raw.Text(id);
                Room(ref bytes, used, token.Length);
                token.CopyTo(bytes.AsSpan(used));
                used += token.Length;
            }
            else if (model.Vocabulary.Contains(id))
            {
                Append(model.Vocabulary.Text(id), ref bytes, ref used);
            }
        }

        return Encoding.UTF8.GetString(bytes, 0, used);
    }

    /// <summary>Appends a token as the bytes it spells, or as it is.</summary>
    private static void Append(ReadOnlySpan<byte> token, ref byte[] bytes, ref int used)
    {
        Room(ref bytes, used, token.Length);
        if (!ByteAlphabet.TryDecode(token, bytes.AsSpan(used), out var written))
        {
            token.CopyTo(bytes.AsSpan(used));
            written = token.Length;
        }

        used += written;
    }

    private static void Room(ref byte[] bytes, int used, int more)
    {
        if (bytes.Length - used < more) Array.Resize(ref bytes, Math.Max(used + more, bytes.Length * 2));
    }
}
