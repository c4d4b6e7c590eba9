using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Pipeline.Data.Tokenizers;

namespace Benchmarks.Tokenizers;

/// <summary>Interleaved runs of both engines over the same texts.</summary>
internal static class SpeedBenchmark
{
    internal static async Task<int> RunAsync(string file, int pairs, int threads)
    {
        var tokenizer = HuggingFaceTokenizer.Load(file).With(null, null);
        await using var peer = Peer.Start(threads);
        await peer.AskAsync(new { load = Path.GetFullPath(file) });
        Console.WriteLine(
            $"{Path.GetFileName(file)}, {threads} thread(s), medians of {pairs} interleaved pairs, CPU seconds");
        foreach (var (name, texts) in Sets())
        {
            var bytes = texts.Sum(text => (double)Encoding.UTF8.GetByteCount(text));
            var reply = await peer.AskAsync(new { texts });
            var theirs = reply.GetProperty("ids").EnumerateArray()
                .Select(ids => ids.EnumerateArray().Select(id => id.GetInt32()).ToArray()).ToList();
            var ours = tokenizer.EncodeBatch(texts, addSpecialTokens: false);
            if (!ours.Zip(theirs).All(pair => pair.First.SequenceEqual(pair.Second)))
            {
                Console.WriteLine($"{name}: IDS DIFFER");
                return 1;
            }

            var (mine, other, ratios) = (new List<double>(), new List<double>(), new List<double>());
            for (var pair = 0; pair <= pairs; pair++)
            {
                other.Add(bytes / Cpu(await peer.AskAsync(new { texts, quiet = true })) / 1e6);
                var rounds = 8;
                mine.Add(bytes * rounds
                    / Measure(() => tokenizer.EncodeBatch(texts, false, AddedTokenParsing.All, threads), rounds) / 1e6);
                ratios.Add(mine[^1] / other[^1]);
            }

            // Cold: a tokenizer whose word cache is empty, code already compiled.
            var cold = Enumerable.Range(0, pairs).Select(_ =>
            {
                var fresh = HuggingFaceTokenizer.Load(file).With(null, null);
                return bytes / Measure(() => fresh.EncodeBatch(texts, false, AddedTokenParsing.All, threads), 1) / 1e6;
            });
            Console.WriteLine(
                $"{name,-10} {bytes / 1e6,6:F2} MB  ours {Median(mine.Skip(1)),7:F1} MB/s (cold cache "
                + $"{Median(cold),6:F1})  peer {Median(other.Skip(1)),5:F2} MB/s  "
                + $"ratio {Median(ratios.Skip(1)),5:F1} [{ratios.Skip(1).Min():F1}…{ratios.Skip(1).Max():F1}]");
        }

        var prose = Texts.Make("english", 500);
        var word = new string('a', 1_000_000);
        var perProse = Measure(() => tokenizer.EncodeBatch(prose, false, AddedTokenParsing.All, 1), 8) / 8
            / prose.Sum(text => text.Length);
        var perWord = Enumerable.Range(0, pairs)
            .Select(_ => Measure(() => tokenizer.Encode(word, addSpecialTokens: false), 1) / word.Length).Order()
            .ElementAt(pairs / 2);
        Console.WriteLine(
            $"1 MB single-letter word: {perWord * 1e9:F1} ns/byte, prose {perProse * 1e9:F1} ns/byte, ratio "
                + $"{perWord / perProse:F2}");
        return 0;
    }

    private static IEnumerable<(string Name, string[] Texts)> Sets()
    {
        foreach (var kind in new[] { "english", "code", "chinese" }) yield return (kind, Texts.Make(kind, 1000));
        if (Environment.GetEnvironmentVariable("TOKENIZERS_CORPUS") is { } corpus)
            yield return ("corpus", File.ReadAllText(corpus).Chunk(2000).Select(part => new string(part)).ToArray());
    }

    private static double Cpu(JsonElement reply) => reply.GetProperty("cpuSeconds").GetDouble();

    private static double Measure(Action action, int rounds)
    {
        using var process = Process.GetCurrentProcess();
        var before = process.TotalProcessorTime;
        for (var round = 0; round < rounds; round++) action();
        process.Refresh();
        return (process.TotalProcessorTime - before).TotalSeconds;
    }

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted[sorted.Count / 2];
    }
}
