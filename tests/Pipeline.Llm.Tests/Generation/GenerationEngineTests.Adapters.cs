using Pipeline.Llm.Checkpoints;
using Pipeline.Llm.Generation;
using Pipeline.Llm.Models;
using Pipeline.Llm.Peft;
using static TorchSharp.torch;

namespace Pipeline.Llm.Tests.Generation;

public sealed partial class GenerationEngineTests
{
    [Fact]
    public async Task LoadAdapter_DamagedFile_IsRefusedAndServingGoesOn()
    {
        await using var fixture = new EngineFixture();
        EngineFixture.MakeAdapters(fixture.Directory.Path, 1);
        var file = Path.Combine(fixture.Directory.Combine("a0"), "adapter_model.safetensors");
        var bytes = await File.ReadAllBytesAsync(file);
        await File.WriteAllBytesAsync(file, bytes.AsMemory(0, bytes.Length / 2));
        var running = fixture.RunAsync(Prompts[0], tokens: 50);
        await Should.ThrowAsync<InvalidDataException>(
            () => fixture.Engine.LoadAdapterAsync("a0", AdapterContent.Read(fixture.Directory.Combine("a0"))));
        (await running).Length.ShouldBe(50);
        await File.WriteAllBytesAsync(file, bytes);
        await fixture.Engine.LoadAdapterAsync("a0", AdapterContent.Read(fixture.Directory.Combine("a0")));
        (await fixture.RunAsync(Prompts[0], "a0")).Length.ShouldBe(24);
    }

    [Fact]
    public async Task UnloadAdapter_RightAfterItsLastSequenceWasCancelled_Succeeds()
    {
        await using var fixture = new EngineFixture(new GenerationOptions { MaxBatch = 1 });
        EngineFixture.MakeAdapters(fixture.Directory.Path, 1);
        var content = AdapterContent.Read(fixture.Directory.Combine("a0"));
        foreach (var round in Enumerable.Range(0, 5))
        {
            await fixture.Engine.LoadAdapterAsync("a0", content);
            var request = new GenerationRequest
            {
                Prompt = Prompts[round],
                Adapter = "a0",
                Sampling = new SamplingOptions { MaxTokens = 900 },
            };
            var (running, waiting) = (fixture.Engine.Submit(request), fixture.Engine.Submit(request));
            (await running.ReadAllAsync(TestContext.Current.CancellationToken)
                .FirstAsync(TestContext.Current.CancellationToken)).ShouldNotBeNull();
            (await Should.ThrowAsync<GenerationException>(() => fixture.Engine.UnloadAdapterAsync("a0"))).Message
                .ShouldContain("in use");
            running.Cancel();
            waiting.Cancel();
            await fixture.Engine.UnloadAdapterAsync("a0");
            Should.Throw<GenerationException>(() => fixture.Engine.Submit(request)).Message.ShouldContain("not loaded");
        }
    }

    [Fact]
    public async Task S2_29_LoadAdapter_FileChangedAfterItWasRead_LoadsWhatWasDigested()
    {
        await using var fixture = new EngineFixture();
        EngineFixture.MakeAdapters(fixture.Directory.Path, 1);
        await fixture.Engine.LoadAdapterAsync("before", AdapterContent.Read(fixture.Directory.Combine("a0")));
        var expected = await fixture.RunAsync(Prompts[0], "before");
        var content = AdapterContent.Read(fixture.Directory.Combine("a0"));
        content.Digest.ShouldBe(AdapterContent.DigestOf(fixture.Directory.Combine("a0")));
        await File.WriteAllTextAsync(
            Path.Combine(fixture.Directory.Combine("a0"), "adapter_model.safetensors"), "swapped");
        AdapterContent.DigestOf(fixture.Directory.Combine("a0")).ShouldNotBe(content.Digest);
        await fixture.Engine.LoadAdapterAsync("after", content);
        (await fixture.RunAsync(Prompts[0], "after")).ShouldBe(expected);
    }

    [Theory]
    [InlineData(SafeTensorsDType.BF16, 2)]
    [InlineData(SafeTensorsDType.F16, 2)]
    [InlineData(SafeTensorsDType.F32, 4)]
    [InlineData(SafeTensorsDType.F64, 8)]
    public void FloatReader_EveryElementType_GivesTheSameNumbersAsTensors(SafeTensorsDType type, int size)
    {
        using var scope = TorchSharp.torch.NewDisposeScope();
        using var folder = new TempDirectory();
        var scalar = type switch
        {
            SafeTensorsDType.BF16 => TorchSharp.torch.ScalarType.BFloat16,
            SafeTensorsDType.F16 => TorchSharp.torch.ScalarType.Float16,
            SafeTensorsDType.F32 => TorchSharp.torch.ScalarType.Float32,
            _ => TorchSharp.torch.ScalarType.Float64,
        };
        var values = TorchSharp.torch.randn(37, 3).to(scalar);
        SafeTensorsWriter.Write(
            folder.Combine("x.safetensors"), [TensorItem.Of("x", values)], new Dictionary<string, string>());
        using var file = SafeTensorsFile.Over(File.ReadAllBytes(folder.Combine("x.safetensors")), "x");
        file.Entry("x").DType.ShouldBe(type);
        file.Entry("x").Bytes.ShouldBe(37 * 3 * size);
        var read = new float[37 * 3];
        FloatReader.Read(file, file.Entry("x"), read);
        read.ShouldBe(values.to(TorchSharp.torch.ScalarType.Float32).data<float>().ToArray());
        FloatReader.AllFinite(read).ShouldBeTrue();
        foreach (var place in (int[])[0, 50, 110])
        {
            foreach (var bad in (float[])[float.NaN, float.PositiveInfinity, float.NegativeInfinity])
            {
                var copy = (float[])read.Clone();
                copy[place] = bad;
                FloatReader.AllFinite(copy).ShouldBeFalse();
            }
        }
    }

    [Fact]
    public void S0_42_TwentyAdapters_ShareOneBaseInTheirOwnSizeOfMemory()
    {
        using var folder = new TempDirectory();
        EngineFixture.MakeAdapters(folder.Path, 20, rank: 16);
        using var model = CausalLanguageModel.Load(EngineFixture.ModelDirectory, new() { Threads = 1 });
        using var bank = new AdapterBank(model);
        var weights = model.WeightBytes;
        foreach (var i in Enumerable.Range(0, 20))
        {
            bank.Prepare($"a{i}", AdapterContent.Read(folder.Combine($"a{i}"))).Attach();
        }

        var size = new FileInfo(Path.Combine(folder.Combine("a0"), "adapter_model.safetensors")).Length;
        bank.Bytes.ShouldBeLessThanOrEqualTo((long)(20 * size * 1.1) + AdapterMemory.BlockBytes * 20);
        model.WeightBytes.ShouldBe(weights);
        var full = bank.Bytes;
        foreach (var round in Enumerable.Range(0, 3))
        {
            Enumerable.Range(0, 20).ToList().ForEach(i => bank.Unload($"a{i}"));
            Enumerable.Range(0, 20).ToList()
                .ForEach(
                    i => bank.Prepare($"a{i}", AdapterContent.Read(folder.Combine($"a{(i + round) % 20}"))).Attach());
        }

        bank.Bytes.ShouldBe(full, "freed blocks are used again");
    }
}
