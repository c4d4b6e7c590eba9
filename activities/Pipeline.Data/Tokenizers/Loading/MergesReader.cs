using System.Text;
using System.Text.Json;
using Pipeline.Data.Tokenizers.Models;

namespace Pipeline.Data.Tokenizers.Loading;

/// <summary>Reads merges in either form: <c>"a b"</c> or <c>["a", "b"]</c>.</summary>
internal static class MergesReader
{
    internal static MergeTable Read(ReadOnlySpan<byte> json, ModelSource source, Vocabulary vocabulary, string prefix)
    {
        var builder = new MergeTableBuilder(vocabulary, Encoding.UTF8.GetBytes(prefix));
        var reader = new Utf8JsonReader(json);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartArray) throw source.Error("merges", "an array is expected");
        var first = new byte[256];
        var second = new byte[256];
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            try
            {
                if (reader.TokenType == JsonTokenType.String)
                {
                    builder.AddLine(Copy(ref reader, ref first));
                    continue;
                }

                var isPair = reader.TokenType == JsonTokenType.StartArray && reader.Read()
                    && reader.TokenType == JsonTokenType.String;
                if (!isPair) throw new FormatException("two token texts are expected");
                var left = Copy(ref reader, ref first);
                if (!reader.Read() || reader.TokenType != JsonTokenType.String)
                    throw new FormatException("two token texts are expected");
                builder.Add(left, Copy(ref reader, ref second));
                if (!reader.Read() || reader.TokenType != JsonTokenType.EndArray)
                    throw new FormatException("two token texts are expected");
            }
            catch (FormatException exception)
            {
                throw source.Error($"merges[{builder.Count}]", exception.Message, exception);
            }
        }

        return builder.Build();
    }

    private static ReadOnlySpan<byte> Copy(ref Utf8JsonReader reader, ref byte[] buffer)
    {
        if (buffer.Length < reader.ValueSpan.Length) buffer = new byte[reader.ValueSpan.Length * 2];
        return buffer.AsSpan(0, reader.CopyString(buffer));
    }
}
