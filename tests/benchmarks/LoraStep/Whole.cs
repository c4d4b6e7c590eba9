using System.Diagnostics;
using System.Text.Json;
using Pipeline.Llm.Generation;
using Pipeline.Llm.Models;
using Pipeline.Llm.Peft;
using Pipeline.Llm.Training;
using Pipeline.Llm.Training.Data;
using Pipeline.Llm.Training.Memory;
using Pipeline.Llm.Training.Objectives;
using TorchSharp;
using static TorchSharp.torch;

namespace LoraStep;

/// <summary>What surrounds a step: loading, checkpoints, generation.</summary>
internal static class Whole
{
    /// <summary>Bytes a second from the page cache until every weight has been read once.</summary>
    public static void Load(string folder)
    {
        var rates = new List<double>();
        for (var round = 0; round < 6; round++)
        {
            using var scope = NewDisposeScope();
            var start = Timed.Seconds();
            var wall = Stopwatch.StartNew();
            using var model = CausalLanguageModel.Load(folder, new() { Threads = 1 });
            var loaded = Timed.Seconds() - start;
            var sum = model.Parameters.Sum(p => p.Value.sum().item<float>());
            rates.Add(model.WeightBytes / (Timed.Seconds() - start) / 1e9);
            Console.Error.WriteLine(
                $"loaded {1000 * loaded:F0} ms, read {1000 * (Timed.Seconds() - start):F0} ms of processor time, "
                    + $"{wall.ElapsedMilliseconds} ms, checksum {sum}");
        }

        Console.WriteLine(JsonSerializer.Serialize(new { load_gb_per_cpu_second = Timed.Median(rates.Skip(1)) }));
    }

    /// <summary>What checkpoints add to a run, and memory beside its prediction.</summary>
    public static void Stall(string folder, int steps, int every)
    {
        using var model = CausalLanguageModel.Load(folder, new() { Threads = 1, DType = ScalarType.BFloat16 });
        var adapter = LoraAdapter.Create(model, LoraPresets.ByName["seed1-default"], 1);
        var options = new TrainingOptions
        {
            Batch = new() { MicroBatch = Shape.Rows, MaxSteps = steps, Layout = BatchLayoutKind.PaddingFree },
            SaveEvery = every,
            EvaluateEvery = 0,
        };
        var ids = Timed.Ids(folder);
        var rows = Enumerable.Range(0, Shape.Rows).Select(i => new TrainingRow($"{i}", new(
            Array.ConvertAll(ids[i].data<long>().ToArray(), id => (int)id),
            [.. Enumerable.Range(0, Shape.Length).Select(t => t >= Shape.Length - Shape.Supervised ? 1f : 0f)])));
        using var objective = new SupervisedObjective(model, adapter, options);
        var (plain, last) = (new List<double>(), Timed.Seconds());
        var watch = new Watch(step =>
        {
            var now = Timed.Seconds();
            plain.Add(now - last);
            last = now;
        });
        var output = Directory.CreateTempSubdirectory().FullName;
        var wall = Stopwatch.StartNew();
        var result = new Trainer(ModelTraining.OfAdapter(model, adapter), objective,
            new InMemoryTrainingData([.. rows]), options).Run(output, new() { Progress = watch });
        wall.Stop();
        var bytes = new DirectoryInfo(output).EnumerateFiles("*.safetensors", SearchOption.AllDirectories)
            .Max(file => file.Length);
        Directory.Delete(output, recursive: true);
        var predicted = MemoryEstimator.Estimate(new()
        {
            Model = ModelFootprint.Of(model.Config),
            AdapterParameters = adapter.Parameters.Sum(p => p.Value.numel()),
            MicroBatchTokens = Shape.Rows * Shape.Length,
            SupervisedShare = (double)Shape.Supervised / Shape.Length,
            DropsInputs = true,
            FusesLoss = true,
        });
        var saves = steps / every;
        Console.WriteLine(JsonSerializer.Serialize(new
        {
            step_ms = 1000 * Timed.Median(plain),
            checkpoint_ms = result.CheckpointTime.TotalMilliseconds / saves,
            largest_file_mb = bytes / 1e6,
            every,
            share_of_wall_time = result.CheckpointTime / (wall.Elapsed - result.CheckpointTime),
            tokens_per_cpu_second = Shape.Rows * Shape.Length / Timed.Median(plain),
            peak_mb = result.PeakMemoryBytes / 1e6,
            predicted_mb = predicted.Total / 1e6,
        }));
    }

    /// <summary>Greedy tokens a second of processor time: ROWS prompts of 32 tokens, 48 new ones each.</summary>
    public static async Task GenerateAsync(string folder, ScalarType type, int rows)
    {
        using var model = CausalLanguageModel.Load(folder, new() { Threads = 1, DType = type });
        await using var engine = new GenerationEngine(model, new() { PrefixCache = false });
        var ids = Timed.Ids(folder);
        var prompts = Enumerable.Range(0, rows)
            .Select(i => Array.ConvertAll(ids[i].data<long>().ToArray()[..32], id => (int)id)).ToList();
        var (rates, tokens) = (new List<double>(), Array.Empty<int>());
        for (var round = 0; round < 9; round++)
        {
            var start = Timed.Seconds();
            var answers = await Task.WhenAll(prompts.Select(async prompt => await engine
                .Submit(new() { Prompt = prompt, Sampling = new() { MaxTokens = 48 } }).ReadAllAsync()
                .Select(token => token.Id).ToArrayAsync()));
            rates.Add(answers.Sum(answer => answer.Length) / (Timed.Seconds() - start));
            tokens = answers[0];
        }

        Console.WriteLine(
            JsonSerializer.Serialize(
                new { tokens_per_cpu_second = Timed.Median(rates.Skip(3)), rates, first = tokens.Take(12) }));
    }

    private sealed class Watch(Action<TrainingStep> report) : IProgress<TrainingStep>
    {
        public void Report(TrainingStep value) => report(value);
    }
}
