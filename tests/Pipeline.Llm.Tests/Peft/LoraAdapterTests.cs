using Pipeline.Llm.Models;
using Pipeline.Llm.Peft;
using Pipeline.Llm.Quantization;
using Pipeline.Llm.Tests.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Llm.Tests.Peft;

public sealed class LoraAdapterTests
{
    private static readonly long[] Ids = [3, 14, 15, 92, 65, 35, 89, 79, 32, 38, 46, 26];

    [Theory]
    [InlineData(LoraInit.Default)]
    [InlineData(LoraInit.Gaussian)]
    public void Create_NewAdapter_ChangesNothingYetAndFollowsTheSeed(LoraInit init)
    {
        using var scope = NewDisposeScope();
        using var model = Load("llama");
        var before = Logits(model);
        var config = new LoraConfig { Rank = 4, TargetModules = ["all-linear"], Init = init, UseDora = true };
        var adapter = LoraAdapter.Create(model, config, seed: 7);
        (Logits(model) - before).Largest().ShouldBeLessThan(1e-5);
        var first = adapter.Parameters[0].Value.detach().clone();
        first.Largest().ShouldBeGreaterThan(0);
        adapter.Remove();
        LoraAdapter.Create(model, config, seed: 7).Parameters[0].Value.equal(first).all().item<bool>().ShouldBeTrue();
        model.Adapters.Keys.ShouldBe(["default"]);
        LoraAdapter.Create(model, config, seed: 8, "other").Parameters[0].Value.equal(first).all().item<bool>()
            .ShouldBeFalse();
    }

    [Fact]
    public void Create_BackwardPass_ReachesEveryParameterAndNoBaseWeight()
    {
        using var scope = NewDisposeScope();
        using var model = Load("gemma2");
        var config = new LoraConfig
        {
            Rank = 4,
            TargetModules = ["all-linear"],
            ModulesToSave = ["norm"],
            TrainableTokenIndices = [14],
            UseDora = true,
        };
        var adapter = LoraAdapter.Create(model, config, seed: 1);
        using (no_grad())
        {
            adapter.Parameters.Where(p => p.Name.Contains("lora_B")).ToList().ForEach(p => p.Value.normal_(0, 0.1));
        }

        Logits(model).logsumexp(-1).sum().backward();
        foreach (var (name, value) in adapter.Parameters)
        {
            using var grad = value.grad;
            (grad ?? throw new InvalidOperationException(name)).abs().sum().item<float>().ShouldBeGreaterThan(0, name);
        }

        model.Parameters.ShouldAllBe(p => !p.Value.requires_grad);
    }

    [Fact]
    public void Create_Pissa_KeepsTheFunctionAndSavesAnOrdinaryAdapter()
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        using var model = Load("llama");
        var before = Logits(model);
        var adapter = LoraAdapter.Create(
            model, new() { Rank = 4, Alpha = 8, TargetModules = ["q_proj", "down_proj"], Init = LoraInit.Pissa },
            seed: 1);
        (Logits(model) - before).Largest().ShouldBeLessThan(2e-5);
        adapter.Parameters.ToList().ForEach(p => p.Value.add_(0.01));
        var trained = Logits(model);
        (trained - before).Largest().ShouldBeGreaterThan(0.01);
        using var directory = new TempDirectory();
        adapter.Save(directory.Path);
        adapter.Remove();
        Logits(model).equal(before).all().item<bool>().ShouldBeTrue();
        var loaded = LoraAdapter.Load(model, directory.Path);
        loaded.Config.Rank.ShouldBe(8);
        (Logits(model) - trained).Largest().ShouldBeLessThan(5e-5);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void AdapterPerRow_MixedBatch_EqualsEachRowAlone(bool packed)
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        using var model = Load("llama");
        var root = Fixtures.Require("peft/llama");
        LoraAdapter.Load(model, Path.Combine(root, "lora-qv"), "a");
        LoraAdapter.Load(model, Path.Combine(root, "dora"), "b");
        LoraAdapter.Load(model, Path.Combine(root, "modules-to-save"), "c");
        string?[] names = ["a", null, "b", "c", "a"];
        var rows = Enumerable.Range(0, names.Length).Select(i => tensor(Ids[i..(i + 6)])).ToArray();
        var input = packed
            ? new ModelInput
            {
                InputIds = cat(rows).unsqueeze(0),
                SequenceLengths = [6, 6, 6, 6, 6],
                AdapterPerRow = names,
            }
            : new ModelInput { InputIds = stack(rows), AdapterPerRow = names };
        var mixed = model.Logits(model.Hidden(input).view(names.Length, 6, 64), names);
        for (var i = 0; i < names.Length; i++)
        {
            var alone = model.Logits(
                model.Hidden(new() { InputIds = rows[i].unsqueeze(0), AdapterPerRow = [names[i]] }), [names[i]]);
            (mixed[i] - alone[0]).Largest().ShouldBeLessThan(2e-5, $"row {i}, adapter {names[i]}");
        }
    }

    [Fact]
    public void Merge_QuantizedBase_MergesIntoTheRestoredWeights()
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        var directory = Path.Combine(Repository.Root, "infra", "models", "bookworm-6m");
        using var model =
            CausalLanguageModel.Load(directory, new() { Threads = 1, Quantization = WeightQuantization.Nf4Double });
        var adapter = LoraAdapter.Create(model, LoraPresets.ByName["seed1-default"], seed: 3);
        adapter.Parameters.Where(p => p.Name.Contains("lora_B")).ToList()
            .ForEach(p => p.Value.normal_(0, 0.02, new Generator(1)));
        var before = Logits(model);
        adapter.Merge();
        (Logits(model) - before).Largest().ShouldBeLessThan(1e-3);
        adapter.Unmerge();
        Logits(model).equal(before).all().item<bool>().ShouldBeTrue();
    }

    [Fact]
    public void Quantized_BackwardPass_EqualsThatOfTheRestoredWeights()
    {
        using var scope = NewDisposeScope();
        var directory = Path.Combine(Repository.Root, "infra", "models", "bookworm-6m");
        var config = new LoraConfig { Rank = 2, TargetModules = ["q_proj"], LayersToTransform = [0] };
        var gradients = new List<Tensor>();
        foreach (var restored in new[] { false, true })
        {
            using var model =
                CausalLanguageModel.Load(directory, new() { Threads = 1, Quantization = WeightQuantization.Int8 });
            foreach (var slot in restored ? model.Slots.Values.Where(s => s.Quantized is not null) : [])
            {
                slot.Weight = new(slot.DenseWeight(), requires_grad: false);
                slot.Quantized = null;
            }

            var adapter = LoraAdapter.Create(model, config, seed: 3);
            Logits(model).log_softmax(-1).select(-1, 5).sum().backward();
            gradients.Add((adapter.Parameters[1].Value.grad ?? throw new InvalidOperationException()).clone());
        }

        gradients[0].Largest().ShouldBeGreaterThan(0.01);
        (gradients[0] - gradients[1]).Largest().ShouldBeLessThan(1e-3);
    }

    [Fact]
    public void Dropout_Training_FollowsTheGeneratorAndStopsInEvaluation()
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        using var model = Load("llama");
        var adapter = LoraAdapter.Load(model, Path.Combine(Fixtures.Require("peft/llama"), "lora-all-linear"));
        adapter.Config.Dropout.ShouldBe(0.05);
        var still = Logits(model);
        adapter.Training = true;
        adapter.DropoutGenerator = new Generator(5);
        var first = Logits(model);
        (first - still).Largest().ShouldBeGreaterThan(1e-3);
        adapter.DropoutGenerator = new Generator(5);
        Logits(model).equal(first).all().item<bool>().ShouldBeTrue();
        adapter.Training = false;
        Logits(model).equal(still).all().item<bool>().ShouldBeTrue();
    }

    [Fact]
    public void Load_AdapterOfAnotherBase_IsRefused()
    {
        using var scope = NewDisposeScope();
        using var directory = new TempDirectory();
        using (var model = Load("llama"))
        {
            LoraAdapter.Create(model, new() { TargetModules = ["q_proj"] }, seed: 1).Save(directory.Path);
            Should.Throw<InvalidOperationException>(
                () => LoraAdapter.Load(model, directory.Path)).Message.ShouldContain("already");
        }

        using var other = Load("llama-rope-llama3");
        Should.Throw<InvalidDataException>(() => LoraAdapter.Load(other, directory.Path)).Message.ShouldContain(
            "another base model");
    }

    private static CausalLanguageModel Load(string name) =>
        CausalLanguageModel.Load(Fixtures.Require($"models/{name}"), new() { Threads = 1 });

    private static Tensor Logits(CausalLanguageModel model) =>
        model.Logits(model.Hidden(new() { InputIds = tensor(Ids).unsqueeze(0) }));
}
