using System.Text.Json;
using Pipeline.Llm.Checkpoints;
using Pipeline.Llm.Models;
using Pipeline.Llm.Peft;
using Pipeline.Llm.Training.Checkpointing;
using Pipeline.Llm.Training.Data;
using Pipeline.Llm.Training.Objectives;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Llm.Training.Tests.Models;

/// <summary>A run on the batches of the training fixture.</summary>
internal sealed class FixtureRun : IDisposable
{
    private static readonly int[] Kept = [1, 2, 10, 20];
    private readonly TempDirectory _folder = new();
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly SupervisedObjective _objective;
    private readonly LoraAdapter? _adapter;
    private readonly Trainer _trainer;
    private readonly TrainingOptions _options;

    public FixtureRun(string? adapter, TrainingOptions options, int steps = 20, double dropout = 0,
        string model = "models/llama", ScalarType type = ScalarType.Float32)
    {
        Model = CausalLanguageModel.Load(Fixtures.Require(model), new() { DType = type, Threads = 1 });
        _adapter = adapter is null ? null : Adapt(Fixtures.Require("training/" + adapter), dropout);
        // The reference's schedule is 20 steps long even where fewer are run.
        _options = options with { SaveEvery = 1, Batch = options.Batch with { Epochs = 1 } };
        _objective = new(Model, _adapter, _options);
        var trainable = _adapter is null ? ModelTraining.OfAllWeights(Model) : ModelTraining.OfAdapter(Model, _adapter);
        _trainer = new(trainable, _objective, Batches(), _options);
        Steps = steps;
    }

    public CausalLanguageModel Model { get; }

    public LoraAdapter Adapter => _adapter ?? throw new InvalidOperationException("a full fine-tune has no adapter");

    public int Steps { get; }

    /// <summary>Parameters and moments after some steps, named as in the fixture.</summary>
    public Dictionary<int, List<(string Name, Tensor Value)>> States { get; } = [];

    public static JsonDocument Trajectories() =>
        JsonDocument.Parse(File.ReadAllBytes(Fixtures.Require("training/trajectories.json")));

    public IReadOnlyList<TrainingLog> Train()
    {
        var logs = new List<TrainingLog>();
        using var stop = new CancellationTokenSource();
        try
        {
            _trainer.Run(_folder.Path, new()
            {
                Cancellation = stop.Token,
                Progress = new Runs.Collect(step =>
                {
                    logs.Add(step.Log!);
                    Keep(step.Step);
                    if (step.Step == Steps)
                    {
                        stop.Cancel();
                    }
                }),
            });
        }
        catch (OperationCanceledException) when (Steps < 20)
        {
            // Fewer steps than the schedule has.
        }

        return logs;
    }

    /// <summary>Largest difference of the trained tensors from those of the fixture.</summary>
    public double Gap(string path, string? run)
    {
        using var scope = NewDisposeScope();
        using var file = SafeTensorsFile.Open(Fixtures.Require(run is null ? "training/main.safetensors" : path));
        return Adapter.Parameters.Max(p => FixtureTensors.Gap(
            p.Value, FixtureTensors.Read(
                file, run is null ? $"ema/{Short(p.Name)}" : $"{run}/{Stored(Short(p.Name))}")));
    }

    public void Dispose()
    {
        _objective.Dispose();
        Model.Dispose();
        _scope.Dispose();
        _folder.Dispose();
    }

    private static string Short(string name) => name[AdapterShapes.Prefix.Length..];

    // The reference keeps the magnitude in a module of its own.
    private static string Stored(string name) => name.EndsWith("magnitude_vector", StringComparison.Ordinal)
        ? name + ".weight" : name;

    internal static InMemoryTrainingData Batches()
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Fixtures.Require("training/batches.json")));
        var rows = new List<TrainingRow>();
        foreach (var batch in document.RootElement.EnumerateArray())
        {
            int[][] Numbers(string name) =>
                [.. batch.GetProperty(name).EnumerateArray()
                    .Select(r => r.EnumerateArray().Select(v => v.GetInt32()).ToArray())];
            var (ids, labels, mask) = (Numbers("input_ids"), Numbers("labels"), Numbers("attention_mask"));
            for (var row = 0; row < ids.Length; row++)
            {
                var length = mask[row].Sum();
                rows.Add(
                    new($"{rows.Count}",
                        new(ids[row][..length],
                            [.. labels[row].Take(length).Select(label => label == -100 ? 0f : 1f)])));
            }
        }

        return new(rows);
    }

    private LoraAdapter Adapt(string directory, double dropout)
    {
        if (dropout == 0)
        {
            return LoraAdapter.Load(Model, directory);
        }

        var copy = _folder.Combine("start");
        Directory.CreateDirectory(copy);
        foreach (var path in Directory.GetFiles(directory))
        {
            File.Copy(path, Path.Combine(copy, Path.GetFileName(path)));
        }

        LoraConfigJson.Write(copy, LoraConfigJson.Read(directory) with { Dropout = dropout });
        return LoraAdapter.Load(Model, copy);
    }

    private void Keep(int step)
    {
        if (!Kept.Contains(step) || _adapter is null)
        {
            return;
        }

        var saved = CheckpointStoreReader.Read(_folder.Combine(Trainer.CheckpointFolder), step);
        var state = saved.Read("optimizer").Select(t => (Name: t.Name.Split("::"), t.Value));
        States[step] =
        [
            .. saved.Read("parameters").Select(t => ($"param/{t.Name}", t.Value)),
            .. state.Select(t => ($"{t.Name[1]}/{t.Name[0]}", t.Value)),
        ];
    }
}
