using Pipeline.Llm.Checkpoints;
using Pipeline.Llm.Generation;
using Pipeline.Llm.Models;
using Pipeline.Llm.Peft;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Llm.Tests.Generation;

/// <summary>What keeping served adapters in two bytes a number changes.</summary>
public sealed class AdapterWeightsTests : IDisposable
{
    private static readonly string?[] Rows = [null, "a0"];

    private readonly TempDirectory _folder = new();
    private readonly CausalLanguageModel _model =
        CausalLanguageModel.Load(EngineFixture.ModelDirectory, new() { Threads = 1 });

    public AdapterWeightsTests() => EngineFixture.MakeAdapters(_folder.Path, 1, rank: 16);

    public void Dispose()
    {
        _model.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void BFloat16_FloatFile_BaseBitEqualAndAdapterNear()
    {
        using var scope = NewDisposeScope();
        var (exact, rounded) = (Logits("a0", AdapterWeights.AsStored), Logits("a0", AdapterWeights.BFloat16));
        rounded[0].equal(exact[0]).all().item<bool>().ShouldBeTrue("the base's row");
        var difference = ((rounded[1] - exact[1]).abs().max() / exact[1].abs().max()).item<float>();
        var update = ((exact[1] - exact[0]).abs().max() / exact[1].abs().max()).item<float>();
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{difference:g3} of the largest logit; the update {update:g3}");
        difference.ShouldBeInRange(1e-6f, 2e-2f);
        update.ShouldBeGreaterThan(0.1f);
    }

    [Fact]
    public void AsStored_BFloat16File_IsKeptExactly()
    {
        using var scope = NewDisposeScope();
        var source = AdapterContent.Read(_folder.Combine("a0"));
        Directory.CreateDirectory(_folder.Combine("half"));
        File.Copy(Path.Combine(source.Directory, "adapter_config.json"), _folder.Combine("half/adapter_config.json"));
        using (var file = SafeTensorsFile.Over(source.Weights, "a0"))
        {
            SafeTensorsWriter.Write(
                _folder.Combine("half/adapter_model.safetensors"),
                [.. file.Header.Entries.Select(entry => TensorItem.Of(entry.Name, Values(file, entry)))],
                file.Header.Metadata);
        }

        Logits("half", AdapterWeights.AsStored).equal(Logits("a0", AdapterWeights.BFloat16)).all().item<bool>()
            .ShouldBeTrue();
        using var bank = new AdapterBank(_model);
        bank.Prepare("a0", AdapterContent.Read(_folder.Combine("half"))).Attach();
        var half = bank.Bytes;
        bank.Prepare("a1", source).Attach();
        (bank.Bytes - half).ShouldBeInRange((long)(1.5 * half), 3 * half);
    }

    private static Tensor Values(SafeTensorsFile file, SafeTensorsEntry entry)
    {
        var values = new float[entry.Shape.Aggregate(1L, (product, size) => product * size)];
        FloatReader.Read(file, entry, values);
        return tensor(values).view(entry.Shape).to(ScalarType.BFloat16);
    }

    private Tensor Logits(string folder, AdapterWeights type)
    {
        using var mode = no_grad();
        using var bank = new AdapterBank(_model, type);
        bank.Prepare("a0", AdapterContent.Read(_folder.Combine(folder))).Attach();
        var ids = tensor(new long[] { 20, 57, 3, 99, 140, 20, 57, 3, 99, 140 }).view(2, 5);
        var hidden = bank.Hidden(_model, new ModelInput { InputIds = ids }, Rows);
        return bank.Logits(_model, hidden.select(1, 4), Rows);
    }
}
