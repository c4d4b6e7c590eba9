using System.Globalization;
using System.Text.Json;
using LoraStep;
using Pipeline.Llm.Checkpoints;
using Pipeline.Llm.Configuration;
using Pipeline.Llm.Kernels;
using Pipeline.Llm.Models;
using Pipeline.Llm.Peft;
using TorchSharp;
using static TorchSharp.torch;

// make SHAPE FOLDER: random weights, adapter and batch. run SHAPE FOLDER TYPE STEPS [composed]: a training loop.
// variants|packing|stall FOLDER STEPS, load FOLDER, generate FOLDER TYPE ROWS. Each prints one JSON line.
switch (args)
{
    case ["make", var shape, var folder]:
        Make(Shape.ByName[shape], folder);
        break;
    case ["run", _, var folder, var type, var steps, .. var rest]:
        Run(folder, TypeOf(type), Number(steps), rest.Contains("composed"));
        break;
    case ["variants", var folder, var steps]:
        Variants.Run(folder, Number(steps));
        break;
    case ["packing", var folder, var steps]:
        Variants.Packing(folder, Number(steps));
        break;
    case ["stall", var folder, var steps]:
        Whole.Stall(folder, Number(steps), Number(steps) / 2);
        break;
    case ["load", var folder]:
        Whole.Load(folder);
        break;
    case ["generate", var folder, var type, var rows]:
        await Whole.GenerateAsync(folder, TypeOf(type), Number(rows));
        break;
    default:
        Console.Error.WriteLine("see the first lines of Program.cs");
        break;
}

static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

static ScalarType TypeOf(string text) => text == "bf16" ? ScalarType.BFloat16 : ScalarType.Float32;

static void Run(string folder, ScalarType type, int steps, bool isComposed)
{
    if (isComposed)
    {
        TorchExtras.Current = new ComposedExtras();
    }

    using var model = CausalLanguageModel.Load(folder, new() { DType = type, Threads = 1 });
    var loop = new Timed(model, LoraAdapter.Load(model, folder));
    var ids = Timed.Ids(folder);
    var results = Enumerable.Range(0, steps).Select(_ => loop.Step(ids)).ToList();
    var peak = File.ReadLines("/proc/self/status").First(line => line.StartsWith("VmHWM", StringComparison.Ordinal))
        .Split(' ', StringSplitOptions.RemoveEmptyEntries)[1];
    Console.WriteLine(JsonSerializer.Serialize(new
    {
        tokens_per_cpu_second = Shape.Rows * Shape.Length
            / Timed.Median(results.Skip(steps / 4).Select(r => r.Seconds)),
        peak_mb = long.Parse(peak, CultureInfo.InvariantCulture) / 1024,
        losses = results.Take(3).Select(r => r.Loss),
        kernels = TorchExtras.Current.Name,
    }));
}

static void Make(Shape shape, string folder)
{
    Directory.CreateDirectory(folder);
    File.WriteAllText(Path.Combine(folder, "config.json"), shape.ConfigJson("float32"));
    using var scope = NewDisposeScope();
    manual_seed(1);
    var config = ModelConfigReader.Read(folder);
    var items = ModelShapes.Tensors(config)
        .Select(t => TensorItem.Of(t.Name, t.Shape.Length == 1 ? ones(t.Shape) : randn(t.Shape) * 0.03)).ToList();
    SafeTensorsWriter.Write(Path.Combine(folder, "model.safetensors"), items);
    SafeTensorsWriter.Write(
        Path.Combine(folder, "batch.safetensors"),
        [TensorItem.Of("ids", randint(0, Shape.Vocabulary, [Shape.Rows, Shape.Length], dtype: ScalarType.Int64))]);
    using var model = CausalLanguageModel.Load(folder, new() { Threads = 1 });
    var adapter = LoraAdapter.Create(model, LoraPresets.ByName["seed1-default"] with { Dropout = 0 }, seed: 1);
    using (no_grad())
    {
        adapter.Parameters.Where(p => p.Name.Contains("lora_B", StringComparison.Ordinal)).ToList()
            .ForEach(p => p.Value.normal_(0, 0.02));
    }

    adapter.Save(folder);
}
