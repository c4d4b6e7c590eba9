using System.Diagnostics;
using Pipeline.Data.Tokenizers;

namespace Benchmarks.Tokenizers;

/// <summary>Load time and memory of one tokenizer.</summary>
internal static class LoadBenchmark
{
    internal static int Run(string file)
    {
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var watch = Stopwatch.StartNew();
        var tokenizer = HuggingFaceTokenizer.Load(file);
        var first = watch.ElapsedMilliseconds;
        var text = string.Concat(Texts.Make("english", 1000));
        _ = tokenizer.Encode(text);
        var memory = GC.GetTotalMemory(forceFullCollection: true) - before;
        var times = Enumerable.Range(0, 5).Select(_ =>
        {
            var cpu = Process.GetCurrentProcess().TotalProcessorTime;
            watch.Restart();
            GC.KeepAlive(HuggingFaceTokenizer.Load(file));
            return (Wall: watch.ElapsedMilliseconds,
                Cpu: (Process.GetCurrentProcess().TotalProcessorTime - cpu).TotalMilliseconds);
        }).ToList();
        var (wall, processor) =
            (times.Select(time => time.Wall).Order().ElementAt(2), times.Select(time => time.Cpu).Order().ElementAt(2));
        Console.WriteLine(
            $"{Path.GetFileName(file)}: {tokenizer.VocabularySize} tokens, first load {first} ms (with code "
            + $"compilation), median of 5 more {wall} ms and {processor:F0} ms of processor time, "
            + $"{memory / 1e6:F1} MB held after encoding {text.Length / 1e6:F1} MB, peak working set "
            + $"{Process.GetCurrentProcess().PeakWorkingSet64 / 1e6:F0} MB");
        GC.KeepAlive(tokenizer);
        return 0;
    }
}
