using System.Text.Encodings.Web;
using System.Text.Json;
using Pipeline.Data.Tokenizers;

namespace Pipeline.Tools.Text;

/// <summary>Prints encodings as a table or as JSON.</summary>
internal sealed class TokenOutput(
    HuggingFaceTokenizer tokenizer, bool addSpecialTokens, AddedTokenParsing parsing, bool json, TextWriter output)
{
    private const int Batch = 2048;

    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    internal void WriteDecoded(int[] ids)
    {
        foreach (var id in ids)
        {
            if (tokenizer.IdToToken(id) is null)
                throw new FormatException($"id {id} has no token; this tokenizer has ids below {tokenizer.IdLimit}");
        }

        var text = tokenizer.Decode(ids, skipSpecialTokens: false);
        output.WriteLine(json ? Json(new { text }) : text);
    }

    internal void WriteText(string text, bool countOnly)
    {
        if (countOnly)
        {
            var count = tokenizer.Encode(text, addSpecialTokens, parsing).Length;
            output.WriteLine(json ? Json(new { tokens = count, characters = text.Length }) : count);
            return;
        }

        var encoding = tokenizer.EncodeDetailed(text, null, addSpecialTokens, parsing);
        if (json)
        {
            output.WriteLine(
                Json(new
                {
                    encoding.Ids,
                    encoding.Tokens,
                    offsets = encoding.Offsets.Select(offset => new[] { offset.Start, offset.End })
                }));
            return;
        }

        for (var i = 0; i < encoding.Count; i++)
        {
            var (start, end) = encoding.Offsets[i];
            var mark = tokenizer.IsControl(encoding.Ids[i]) ? "  control" : "";
            output.WriteLine($"{encoding.Ids[i],8}  {start,6}-{end,-6}  {Json(encoding.Tokens[i])}{mark}");
        }

        output.WriteLine($"{encoding.Count} tokens, {text.Length} characters");
    }

    internal async Task WriteLinesAsync(string path, bool countOnly, CancellationToken cancellationToken)
    {
        if (!File.Exists(path)) throw new FileNotFoundException($"there is no file '{path}'", path);
        var (lines, tokens, characters) = (0L, 0L, 0L);
        var list = new JsonList(output, json && !countOnly);
        foreach (var batch in File.ReadLines(path).Chunk(Batch))
        {
            cancellationToken.ThrowIfCancellationRequested();
            foreach (var ids in tokenizer.EncodeBatch(batch, addSpecialTokens, parsing))
            {
                tokens += ids.Length;
                if (!countOnly) list.Add(json ? Json(ids) : string.Join(' ', ids));
            }

            lines += batch.Length;
            characters += batch.Sum(line => (long)line.Length);
        }

        list.End();

        if (countOnly)
            await output.WriteLineAsync(json
                ? Json(new { lines, tokens, characters }) : $"{tokens} tokens, {lines} lines, {characters} characters");
    }

    private static string Json<T>(T value) => JsonSerializer.Serialize(value, Options);
}
