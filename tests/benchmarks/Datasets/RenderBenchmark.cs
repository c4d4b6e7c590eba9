using System.Diagnostics;
using Pipeline.Data.ChatTemplates;
using Pipeline.Data.Formats;

namespace Benchmarks.Datasets;

internal static class RenderBenchmark
{
    public static int Run(string file, int rounds)
    {
        var template = ChatTemplate.Parse(File.ReadAllText(file), file);
        var tokens = new Dictionary<string, string> { ["bos_token"] = "<s>", ["eos_token"] = "</s>" };
        var rows = Enumerable.Range(0, 1000).Select(i => (ChatMessage[])
            [new("user",
                $"Which section does package {i} belong to?\nDescription: a small tool number {i} with some words of "
                    + $"text"), new("assistant", "utils")]).ToArray();
        foreach (var row in rows) template.Render(ChatRequest.Of(row) with { SpecialTokens = tokens });
        var best = 0.0;
        for (var round = 0; round < rounds; round++)
        {
            // Processor time, so that a busy machine does not count against the code.
            var (before, count) = (Process.GetCurrentProcess().TotalProcessorTime, 0);
            for (; count < 30_000; count++)
                template.Render(ChatRequest.Of(rows[count % rows.Length]) with { SpecialTokens = tokens });
            best = Math.Max(best, count / (Process.GetCurrentProcess().TotalProcessorTime - before).TotalSeconds);
        }

        Console.WriteLine(
            $"{Path.GetFileName(file)}: {best:N0} rows/s of processor time (best of {rounds} rounds), "
                + $"{template.Render(ChatRequest.Of(rows[0]) with { SpecialTokens = tokens }).Text.Length} characters "
                + $"a row");
        return 0;
    }
}
