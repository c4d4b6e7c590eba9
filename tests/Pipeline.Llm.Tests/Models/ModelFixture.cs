using System.Text.Json;
using Pipeline.Llm.Checkpoints;
using Pipeline.Llm.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Llm.Tests.Models;

/// <summary>One directory of the models fixture.</summary>
internal sealed class ModelFixture : IDisposable
{
    private readonly JsonDocument _inputs;
    private readonly JsonDocument _expected;
    private readonly SafeTensorsFile _tensors;

    public ModelFixture(string directory)
    {
        Directory = directory;
        _inputs = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(directory, "inputs.json")));
        _expected = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(directory, "expected.json")));
        _tensors = SafeTensorsFile.Open(Path.Combine(directory, "expected.safetensors"));
    }

    public static IEnumerable<string> Directories =>
        System.IO.Directory.GetDirectories(Fixtures.Require("models")).Order(StringComparer.Ordinal);

    public string Directory { get; }

    public string Name => Path.GetFileName(Directory);

    public JsonElement Expected => _expected.RootElement;

    public CausalLanguageModel Load(ScalarType type = ScalarType.Float32) =>
        CausalLanguageModel.Load(Directory, new() { DType = type, Threads = 1 });

    public Tensor Ids(string batch, string field = "input_ids") =>
        Matrix(_inputs.RootElement.GetProperty(batch).GetProperty(field));

    public Tensor Prompt() => Matrix(_inputs.RootElement.GetProperty("greedy_prompt"));

    public static Tensor Matrix(JsonElement rows)
    {
        var values = rows.EnumerateArray().Select(row => row.EnumerateArray().Select(v => v.GetInt64()).ToArray())
            .ToArray();
        return tensor(values.SelectMany(row => row).ToArray()).view(values.Length, values[0].Length);
    }

    public Tensor Stored(string name) =>
        WeightLoader.Read(_tensors, name, _tensors.Entry(name).Shape).to(ScalarType.Float64);

    public static double MaxDifference(Tensor ours, Tensor theirs) => (ours.to(ScalarType.Float64) - theirs).Largest();

    public void Dispose()
    {
        _inputs.Dispose();
        _expected.Dispose();
        _tensors.Dispose();
    }
}
