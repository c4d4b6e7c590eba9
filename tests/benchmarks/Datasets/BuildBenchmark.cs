using System.Diagnostics;
using System.Text.Json;
using Pipeline.Data.Building;
using Pipeline.Data.Labels;

namespace Benchmarks.Datasets;

internal static class BuildBenchmark
{
    private static readonly string[] Words =
        "the of package library tool provides files for data and system debug headers python module network server text with support common development".Split(' ');

    public static int Run(string model, int megabytes)
    {
        var folder = Directory.CreateTempSubdirectory("pipeline-build-").FullName;
        try
        {
            var file = Write(Path.Combine(folder, "rows.jsonl"), megabytes);
            var recipe = new DatasetRecipe("bench", model, [new DatasetSource("rows", [file])])
            {
                Labels = new LabelOptions { MaxLength = 1024 },
            };
            var (watch, cpu) = (Stopwatch.StartNew(), Process.GetCurrentProcess().TotalProcessorTime);
            var index = new DatasetBuilder().Build(recipe, Path.Combine(folder, "out"));
            var used = (Process.GetCurrentProcess().TotalProcessorTime - cpu).TotalSeconds;
            using var process = Process.GetCurrentProcess();
            var size = new FileInfo(file).Length / 1e6;
            Console.WriteLine(
                $"{size:F0} MB, {index.Rows:N0} rows, {index.Tokens:N0} tokens: {watch.Elapsed.TotalSeconds:F1} s, "
                    + $"{size / watch.Elapsed.TotalSeconds:F1} MB/s, {size / used:F1} MB/s a core, peak "
                    + $"{process.PeakWorkingSet64 / 1e6:F0} MB");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        return 0;
    }

    private static string Write(string path, int megabytes)
    {
        var random = new Random(1);
        using var writer = new StreamWriter(path);
        for (var (row, bytes) = (0, 0L); bytes < megabytes * 1_000_000L; row++)
        {
            string Text(int words) =>
                string.Join(' ', Enumerable.Range(0, words).Select(_ => Words[random.Next(Words.Length)]));
            var line = JsonSerializer.Serialize(
                new
                {
                    id = $"row-{row}",
                    messages = new[] { new { role = "user", content = Text(random.Next(10, 80)) },
                        new { role = "assistant", content = Text(random.Next(5, 60)) } }
                });
            writer.WriteLine(line);
            bytes += line.Length + 1;
        }

        return path;
    }
}
