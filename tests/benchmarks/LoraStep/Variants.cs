using System.Text.Json;
using Pipeline.Llm.Models;
using Pipeline.Llm.Peft;
using Pipeline.Llm.Quantization;
using TorchSharp;
using static TorchSharp.torch;

namespace LoraStep;

/// <summary>LoRA, DoRA and QLoRA in turns in one process, and packed beside padded rows.</summary>
internal static class Variants
{
    public static void Run(string folder, int steps)
    {
        using var model = CausalLanguageModel.Load(folder, new() { DType = ScalarType.BFloat16, Threads = 1 });
        using var small = CausalLanguageModel.Load(
            folder, new() { DType = ScalarType.BFloat16, Threads = 1, Quantization = WeightQuantization.Nf4Double });
        var config = LoraPresets.ByName["seed1-default"] with { Dropout = 0 };
        var lora = LoraAdapter.Create(model, config, 1, "lora");
        var dora = LoraAdapter.Create(model, config with { UseDora = true }, 1, "dora");
        var (plain, decomposed) = (new Timed(model, lora), new Timed(model, dora));
        var quantized = new Timed(small, LoraAdapter.Create(small, config, 1));
        var ids = Timed.Ids(folder);
        var times = new[] { new List<double>(), new List<double>(), new List<double>() };
        for (var step = 0; step < steps; step++)
        {
            (lora.Enabled, dora.Enabled) = (true, false);
            times[0].Add(plain.Step(ids).Seconds);
            (lora.Enabled, dora.Enabled) = (false, true);
            times[1].Add(decomposed.Step(ids).Seconds);
            times[2].Add(quantized.Step(ids).Seconds);
        }

        var medians = times.Select(list => Timed.Median(list.Skip(1))).ToList();
        var linear = ModelShapes.Linears(model.Config).Sum(l => 2.0 * l.Input * l.Output);
        Console.WriteLine(JsonSerializer.Serialize(new
        {
            lora_ms = 1000 * medians[0],
            dora_over_lora = medians[1] / medians[0],
            qlora_speed_of_lora = medians[0] / medians[2],
            qlora_weight_bytes = (double)small.WeightBytes / model.WeightBytes,
            qlora_linear_bytes = (small.WeightBytes - (model.WeightBytes - linear)) / linear,
        }));
    }

    /// <summary>
    /// Thirty-two rows, of which one in sixteen is long: laid out in a grid, and one after the other.
    /// </summary>
    public static void Packing(string folder, int steps)
    {
        using var model = CausalLanguageModel.Load(folder, new() { Threads = 1 });
        var step =
            new Timed(model, LoraAdapter.Create(model, LoraPresets.ByName["seed1-default"] with { Dropout = 0 }, 1));
        int[] lengths = [.. Enumerable.Range(0, 32).Select(i => i % 16 == 0 ? 128 : 8 + i % 17)];
        var rows = Array.ConvertAll(lengths, length => randint(0, Shape.Vocabulary, [length], dtype: ScalarType.Int64));
        var (grid, mask) = (zeros(32, 128, dtype: ScalarType.Int64), zeros(32, 128, dtype: ScalarType.Int64));
        for (var i = 0; i < 32; i++)
        {
            grid[i, TensorIndex.Slice(0, lengths[i])] = rows[i];
            mask[i, TensorIndex.Slice(0, lengths[i])] = 1;
        }

        var packed = cat(rows).unsqueeze(0);
        long[] inGrid =
            [.. lengths.SelectMany((length, i) => Enumerable.Range(0, length - 1).Select(t => i * 128L + t))];
        long[] inPack =
            [.. lengths.SelectMany(
                (length, i) => Enumerable.Range(0, length - 1).Select(t => (long)lengths.Take(i).Sum() + t))];
        var targets = packed.view(-1).index_select(0, tensor(inPack) + 1);
        (Tensor Rows, Tensor Targets) Padded() =>
            (Rows(model.Hidden(new() { InputIds = grid, AttentionMask = mask }), inGrid), targets);
        (Tensor Rows, Tensor Targets) Packed() =>
            (Rows(model.Hidden(new() { InputIds = packed, SequenceLengths = lengths }), inPack), targets);
        var first = new[] { Loss(model, Padded), Loss(model, Packed) };
        var (one, other) = (new List<(double Seconds, double Loss)>(), new List<(double Seconds, double Loss)>());
        for (var i = 0; i < steps; i++)
        {
            one.Add(step.Measure(Padded));
            other.Add(step.Measure(Packed));
        }

        Console.WriteLine(JsonSerializer.Serialize(new
        {
            padded_ms = 1000 * Timed.Median(one.Select(t => t.Seconds)),
            packed_ms = 1000 * Timed.Median(other.Select(t => t.Seconds)),
            speedup = Timed.Median(one.Select(t => t.Seconds)) / Timed.Median(other.Select(t => t.Seconds)),
            tokens = lengths.Sum(),
            places = 32 * 128,
            first_losses = first,
        }));
    }

    private static double Loss(CausalLanguageModel model, Func<(Tensor Rows, Tensor Targets)> forward)
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        var (rows, targets) = forward();
        return model.TokenLoss(rows, targets).Loss.mean().item<float>();
    }

    private static Tensor Rows(Tensor hidden, long[] places) =>
        hidden.view(-1, hidden.size(-1)).index_select(0, tensor(places));
}
