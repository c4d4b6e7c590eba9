using System.Security.Cryptography;
using Pipeline.Llm.Kernels;
using Pipeline.Llm.Models;
using Pipeline.Llm.Peft;
using Pipeline.Llm.Quantization;
using Pipeline.Llm.Tests.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Llm.Tests.Peft;

/// <summary>Promised behaviour, one test for each row of the feature list that it is named after.</summary>
public sealed class FeatureRowTests
{
    private static readonly string Bookworm = Path.Combine(Repository.Root, "infra", "models", "bookworm-6m");
    private static readonly long[] Ids = [300, 14, 15, 92, 65, 35, 89, 79, 32, 38, 46, 26];

    [Fact]
    public void S0_18_Create_FiveSteps_BaseStaysAndAdapterMoves()
    {
        using var scope = NewDisposeScope();
        using var model = Load();
        var before = Logits(model);
        var hashes = model.Parameters.ToDictionary(p => p.Name, p => Hash(p.Value));
        var adapter = LoraAdapter.Create(model, LoraPresets.Default with { Dropout = 0 }, seed: 1);
        Logits(model).equal(before).all().item<bool>().ShouldBeTrue("a new adapter changed the logits");
        var start = adapter.Parameters.Select(p => p.Value.detach().clone()).ToList();
        Train(model, adapter, steps: 5);
        model.Parameters.ToDictionary(p => p.Name, p => Hash(p.Value)).ShouldBe(hashes);
        adapter.Parameters.Select((p, i) => p.Value.equal(start[i]).all().item<bool>()).ShouldAllBe(same => !same);
    }

    [Fact]
    public void S0_19_Dropout_ActsWhileTrainingOnly()
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        using var model = Load();
        var adapter = LoraAdapter.Create(model, LoraPresets.ByName["seed0-attn4"], seed: 1);
        adapter.Parameters.ToList().ForEach(p => p.Value.normal_(0, 0.1));
        var still = Logits(model);
        Logits(model).equal(still).all().item<bool>().ShouldBeTrue();
        adapter.Training = true;
        Logits(model).equal(still).all().item<bool>().ShouldBeFalse();
        adapter.Training = false;
        Logits(model).equal(still).all().item<bool>().ShouldBeTrue();
    }

    [Theory]
    [InlineData(LoraBias.None, 0)]
    [InlineData(LoraBias.LoraOnly, 2)]
    [InlineData(LoraBias.All, 6)]
    public void S0_20_Bias_Modes_TrainTheDefinedSets(LoraBias bias, int expected)
    {
        using var scope = NewDisposeScope();
        using var model = CausalLanguageModel.Load(Fixtures.Require("models/qwen2"), new() { Threads = 1 });
        var adapter = LoraAdapter.Create(model, new() { Rank = 2, TargetModules = ["q_proj"], Bias = bias }, seed: 1);
        adapter.Parameters.Count(p => p.Name.EndsWith(".bias", StringComparison.Ordinal)).ShouldBe(expected);
        model.Parameters.ShouldAllBe(p => !p.Value.requires_grad);
    }

    [Fact]
    public void S0_23_Int8_ErrorBytesAndGradients_AreAsPromised()
    {
        using var scope = NewDisposeScope();
        using var full = Load();
        using var model =
            CausalLanguageModel.Load(Bookworm, new() { Threads = 1, Quantization = WeightQuantization.Int8 });
        long bytes = 0, count = 0;
        foreach (var linear in ModelShapes.Linears(model.Config))
        {
            var (slot, exact) = (model.Slots[linear.Name], full.Slots[linear.Name].DenseWeight());
            var quantized = slot.Quantized.ShouldNotBeNull();
            var halfStep = exact.abs().amax([1], true) / 127 / 2;
            ((slot.DenseWeight() - exact).abs() - halfStep).max().item<float>().ShouldBeInRange(-1, 1e-6f, linear.Name);
            (bytes, count) = (bytes + quantized.Bytes, count + exact.NumberOfElements);
        }

        ((double)bytes / count).ShouldBeLessThan(1.05);
        model.Slots.Values.Count(slot => slot.Quantized is null)
            .ShouldBe(2 * model.Config.LayerCount + 3, "norms, embedding, head");
        var adapter = LoraAdapter.Create(model, LoraPresets.Default with { Dropout = 0 }, seed: 1);
        Train(model, adapter, steps: 1);
        model.Parameters.ShouldAllBe(p => !p.Value.requires_grad);
    }

    [Fact]
    public void S1_03_Default_IsLoraOnSevenProjections()
    {
        var config = LoraPresets.Default;
        (config.Rank, config.Alpha, config.Dropout, config.Bias, config.TaskType)
            .ShouldBe((16, 32.0, 0.05, LoraBias.None, "CAUSAL_LM"));
        config.TargetModules.Count.ShouldBe(7);
    }

    [Fact]
    public void S1_06_Nf4_BytesPerParameter_AreAsPromised()
    {
        using var scope = NewDisposeScope();
        CodeBooks.Nf4.Count.ShouldBe(16);
        (CodeBooks.Nf4[0], CodeBooks.Nf4[7], CodeBooks.Nf4[15]).ShouldBe((-1f, 0f, 1f));
        var weight = randn(1024, 1024);
        using var plain = Nf4Weight.From(weight, doubly: false);
        using var doubled = Nf4Weight.From(weight, doubly: true);
        var (one, two) = (plain.Bytes / (1024.0 * 1024), doubled.Bytes / (1024.0 * 1024));
        one.ShouldBe(0.5625, 1e-9);
        two.ShouldBeLessThan(0.52);
        (8 * (one - two)).ShouldBe(0.37, 0.01);
        // The gaps between levels are at most 0.304 of a block's largest number.
        var largest = weight.view(-1, 64).abs().amax([1], true);
        ((plain.Restore() - weight).view(-1, 64).abs() / largest).max().item<float>().ShouldBeInRange(0, 0.153f);
    }

    [Fact]
    public void S1_09_Dora_AtTheStart_IsTheBaseUnderPeftNames()
    {
        using var scope = NewDisposeScope();
        using var model = Load();
        var before = Logits(model);
        var adapter = LoraAdapter.Create(model, LoraPresets.Default with { UseDora = true, Dropout = 0 }, seed: 1);
        ((Logits(model) - before).Largest() / before.Largest()).ShouldBeLessThan(2e-6);
        adapter.Parameters.Count(p => p.Name.EndsWith(".lora_magnitude_vector", StringComparison.Ordinal))
            .ShouldBe(7 * model.Config.LayerCount);
        var first = adapter.Parameters.First(p => p.Name.EndsWith(".lora_magnitude_vector", StringComparison.Ordinal));
        var module = first.Name[AdapterShapes.Prefix.Length..^".lora_magnitude_vector".Length];
        (first.Value - model.Slots[module].DenseWeight().norm(1, false, 2f)).Largest().ShouldBeLessThan(1e-6);
        Train(model, adapter, steps: 2);
        (first.Value - model.Slots[module].DenseWeight().norm(1, false, 2f)).Largest().ShouldBeGreaterThan(1e-4);
    }

    [Fact]
    public void S2_12_Update_HasAtMostTheRankOfTheAdapter()
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        using var model = Load();
        var slot = model.Slots["model.layers.0.self_attn.q_proj"];
        var before = slot.DenseWeight().to(ScalarType.Float64);
        var adapter = LoraAdapter.Create(model, new() { Rank = 3, TargetModules = ["q_proj"] }, seed: 1);
        adapter.Parameters.ToList().ForEach(p => p.Value.normal_(0, 0.1));
        adapter.Merge();
        var (_, values, _) = linalg.svd(slot.DenseWeight().to(ScalarType.Float64) - before);
        (values[3] / values[0]).Largest().ShouldBeLessThan(1e-6);
        (values[2] / values[0]).item<double>().ShouldBeGreaterThan(1e-3);
    }

    private static CausalLanguageModel Load() => CausalLanguageModel.Load(Bookworm, new() { Threads = 1 });

    private static Tensor Logits(CausalLanguageModel model)
    {
        using var mode = no_grad();
        return model.Logits(model.Hidden(new() { InputIds = tensor(Ids).unsqueeze(0) }));
    }

    private static string Hash(Tensor value) => Convert.ToHexString(SHA256.HashData(value.detach().contiguous().bytes));

    private static void Train(CausalLanguageModel model, LoraAdapter adapter, int steps)
    {
        var parameters = adapter.Parameters.Select(p => (Tensor)p.Value).ToList();
        var (m, v) = (parameters.ConvertAll(p => zeros_like(p)), parameters.ConvertAll(p => zeros_like(p)));
        for (var step = 1; step <= steps; step++)
        {
            var hidden = model.Hidden(new() { InputIds = tensor(Ids[..^1]).unsqueeze(0) });
            model.TokenLoss(hidden[0], tensor(Ids[1..])).Loss.mean().backward();
            var gradients = parameters.ConvertAll(
                p => p.grad ?? throw new InvalidOperationException("a parameter got no gradient"));
            TorchExtras.Current.AdamW(parameters, gradients, m, v, new(1e-2, 0.9, 0.999, 1e-8, 0, step));
            parameters.ForEach(p => p.grad = null);
        }
    }
}
