using System.Text;
using Pipeline.Data.Tokenizers;

namespace Benchmarks.Tokenizers;

/// <summary>Random strings over many tokenizers: ids of both engines must be equal.</summary>
internal static class FuzzBenchmark
{
    private const int Batch = 5000;

    internal static async Task<int> RunAsync(string folder, int count, int seed)
    {
        var files = Directory.GetFiles(folder, "*.tokenizer.json").Order(StringComparer.Ordinal).ToList();
        var (done, different) = (0L, 0L);
        foreach (var file in files)
        {
            var tokenizer = HuggingFaceTokenizer.Load(file).With(null, null);
            await using var peer = Peer.Start(2);
            await peer.AskAsync(new { load = Path.GetFullPath(file) });
            var random = new Random(seed);
            var specials = tokenizer.AddedTokens.Values.Select(token => token.Content).ToArray();
            var target = (count + files.Count - 1) / files.Count;
            for (var batch = 0; batch < target; batch += Batch)
            {
                var texts = Enumerable.Range(0, Math.Min(Batch, target - batch))
                    .Select(_ => RandomText(random, specials)).ToArray();
                var theirs = (await peer.AskAsync(new { texts })).GetProperty("ids").EnumerateArray().ToList();
                var ours = tokenizer.EncodeBatch(texts, addSpecialTokens: false);
                for (var i = 0; i < texts.Length; i++)
                {
                    done++;
                    if (theirs[i].EnumerateArray().Select(id => id.GetInt32()).SequenceEqual(ours[i])) continue;
                    if (different++ < 10)
                        Console.WriteLine(
                            $"{Path.GetFileName(file)}: {System.Text.Json.JsonSerializer.Serialize(texts[i])}\n  ours "
                                + $" {string.Join(',', ours[i])}\n  peer  {theirs[i].GetRawText()}");
                }
            }

            Console.Error.WriteLine($"{Path.GetFileName(file)}: {done} of {count} strings, {different} different");
        }

        Console.WriteLine($"{done} strings over {files.Count} tokenizers, {different} different (seed {seed})");
        return different == 0 ? 0 : 1;
    }

    private static string RandomText(Random random, string[] specials)
    {
        (int First, int Last)[] pools = [(0x20, 0x7e), (0xa0, 0x24f), (0x300, 0x36f), (0x370, 0x52f), (0x590, 0x6ff),
            (0x900, 0xdff), (0xe00, 0xfff), (0x1100, 0x11ff), (0x1e00, 0x20cf),
            (0x2100, 0x2bff), (0x2e80, 0x30ff), (0x3400, 0x9fff), (0xac00, 0xd7a3), (0xe000, 0xe010), (0xf900, 0xffef),
            (0x10000, 0x1ffff), (0x20000, 0x2ffff), (0xe0000, 0xe01ef)];
        string[] spaces =
            [" ", "  ", "   ", "\t", "\n", "\n\n", "\r\n", "\u00a0", "\u3000", " \n", "\u2003", "\u0085", "\u200b"];
        string[] bits = ["'s", "'LL", "'\u017f", "n't", "1234", "0", "...", "--", "://", "\u2581", "<0x0A>", "²", "٣",
            "e\u0301", "👨‍👩", "ABCdef", "the", "ing", "tion", " of", "foo_bar", "中文", "한글"];
        var text = new StringBuilder();
        for (var parts = random.Next(1, 12); parts > 0; parts--)
        {
            var kind = random.Next(100);
            if (kind < 25) text.Append(spaces[random.Next(spaces.Length)]);
            else if (kind < 50) text.Append(bits[random.Next(bits.Length)]);
            else if (kind < 57 && specials.Length > 0) text.Append(specials[random.Next(specials.Length)]);
            else if (kind < 97) AppendPool(text, pools[random.Next(pools.Length)], random);
            else AppendPool(text, (0, 0x10FFFF), random);
        }

        return text.ToString();
    }

    private static void AppendPool(StringBuilder text, (int First, int Last) pool, Random random)
    {
        for (var count = random.Next(1, 5); count > 0; count--)
        {
            var c = random.Next(pool.First, pool.Last + 1);
            if (c is >= 0xD800 and < 0xE000) c = 0xFFFD;
            text.Append(char.ConvertFromUtf32(c));
        }
    }
}
