using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using LoraStep;
using Pipeline.Llm.Checkpoints;
using Pipeline.Llm.Configuration;
using Pipeline.Llm.Kernels;
using Pipeline.Llm.Models;
using Pipeline.Llm.Peft;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

// make SHAPE FOLDER: random weights, adapter and batch. run SHAPE FOLDER TYPE STEPS [composed]: a training loop; prints one JSON line.
var shape = Shape.ByName[args[1]];
var folder = args[2];
if (args[0] == "make")
{
    Make(shape, folder);
    return;
}

var type = args[3] == "bf16" ? ScalarType.BFloat16 : ScalarType.Float32;
var steps = int.Parse(args[4], CultureInfo.InvariantCulture);
if (args.Contains("composed"))
{
    TorchExtras.Current = new ComposedExtras();
}

using var model = CausalLanguageModel.Load(folder, new() { DType = type, Threads = 1 });
var adapter = LoraAdapter.Load(model, folder);
using var file = SafeTensorsFile.Open(Path.Combine(folder, "batch.safetensors"));
var ids = tensor(System.Runtime.InteropServices.MemoryMarshal.Cast<byte, long>(file.Bytes("ids")).ToArray()).view(Shape.Rows, Shape.Length);
var (first, count) = (Shape.Length - Shape.Supervised - 1, Shape.Supervised);
var parameters = adapter.Parameters.Select(p => (Tensor)p.Value).ToList();
var (m, v) = (parameters.ConvertAll(p => zeros_like(p)), parameters.ConvertAll(p => zeros_like(p)));
var losses = new List<double>();
var times = new List<double>();
for (var step = 1; step <= steps; step++)
{
    var start = Process.GetCurrentProcess().TotalProcessorTime;
    using var scope = NewDisposeScope();
    var hidden = model.Hidden(new() { InputIds = ids });
    var rows = hidden.narrow(1, first, count).reshape(-1, shape.Hidden);
    var loss = model.TokenLoss(rows, ids.narrow(1, first + 1, count).reshape(-1)).Loss.mean();
    loss.backward();
    var grads = parameters.ConvertAll(p => p.grad ?? throw new InvalidOperationException("no gradient"));
    TorchExtras.Current.AdamW(parameters, grads, m, v, new(1e-3, 0.9, 0.999, 1e-8, 0.01, step));
    parameters.ForEach(p => p.grad = null);
    losses.Add(loss.item<float>());
    times.Add((Process.GetCurrentProcess().TotalProcessorTime - start).TotalSeconds);
}

var median = times.Skip(steps / 4).Order().ElementAt((steps - steps / 4) / 2);
var peak = File.ReadLines("/proc/self/status").First(line => line.StartsWith("VmHWM", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1];
Console.WriteLine(JsonSerializer.Serialize(new
{
    tokens_per_cpu_second = Shape.Rows * Shape.Length / median,
    peak_mb = long.Parse(peak, CultureInfo.InvariantCulture) / 1024,
    losses = losses.Take(3),
    kernels = TorchExtras.Current.Name,
}));

static void Make(Shape shape, string folder)
{
    Directory.CreateDirectory(folder);
    File.WriteAllText(Path.Combine(folder, "config.json"), shape.ConfigJson("float32"));
    using var scope = NewDisposeScope();
    manual_seed(1);
    var config = ModelConfigReader.Read(folder);
    var items = ModelShapes.Tensors(config).Select(t => TensorItem.Of(t.Name, t.Shape.Length == 1 ? ones(t.Shape) : randn(t.Shape) * 0.03)).ToList();
    SafeTensorsWriter.Write(Path.Combine(folder, "model.safetensors"), items);
    SafeTensorsWriter.Write(
        Path.Combine(folder, "batch.safetensors"), [TensorItem.Of("ids", randint(0, Shape.Vocabulary, [Shape.Rows, Shape.Length], dtype: ScalarType.Int64))]);
    using var model = CausalLanguageModel.Load(folder, new() { Threads = 1 });
    var adapter = LoraAdapter.Create(model, LoraPresets.ByName["seed1-default"] with { Dropout = 0 }, seed: 1);
    using (no_grad())
    {
        adapter.Parameters.Where(p => p.Name.Contains("lora_B", StringComparison.Ordinal)).ToList().ForEach(p => p.Value.normal_(0, 0.02));
    }

    adapter.Save(folder);
}
