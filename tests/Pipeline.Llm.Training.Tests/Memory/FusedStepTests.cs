using System.Diagnostics;
using Pipeline.Llm.Kernels;
using Pipeline.Llm.Models;
using Pipeline.Llm.Peft;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Llm.Training.Tests.Memory;

/// <summary>
/// The fast path beside the plain one. Alone in the process: it chooses the kernels of the process and measures its
/// memory.
/// </summary>
[Trait("Tier", "e2e")]
[Collection(nameof(MeasuredMemoryTests))]
public sealed class FusedStepTests
{
    private const int Steps = 5;

    [Fact]
    public void S1_24_FusedStep_SameLossInLessTimeAndMemoryThanThePlainOne()
    {
        using var folder = new TempDirectory();
        using var scope = NewDisposeScope();
        using var model = CausalLanguageModel.Load(
            RandomModel.Write(folder.Combine("model"), 256, 704, 4), new()
            {
                Threads = 1,
                DType = ScalarType.BFloat16,
            });
        var adapter = LoraAdapter.Create(model, LoraPresets.Default with { Dropout = 0 }, 1);
        var ids = randint(0, RandomModel.Vocabulary, [4, 128], dtype: ScalarType.Int64);
        var fused = TorchExtras.Current;
        var (mine, plain) = (new List<Measured>(), new List<Measured>());
        try
        {
            for (var step = 0; step < Steps; step++)
            {
                TorchExtras.Current = fused;
                mine.Add(Step(model, adapter, ids));
                TorchExtras.Current = new ComposedExtras();
                plain.Add(Step(model, adapter, ids));
            }
        }
        finally
        {
            TorchExtras.Current = fused;
        }

        var time = Median(plain, m => m.Seconds) / Median(mine, m => m.Seconds);
        var memory = Median(mine, m => m.Bytes) / Median(plain, m => m.Bytes);
        var speed = ids.numel() / Median(mine, m => m.Seconds);
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{fused.Name}: {speed:F0} tokens a second of processor time, {time:F2} times the plain path, {memory:F2} "
                + $"of its memory");
        mine[0].Loss.ShouldBe(plain[0].Loss, 0.02);
        Assert.SkipWhen(fused is ComposedExtras, "the fused kernels come with the source-compatible TorchSharp only");
        time.ShouldBeGreaterThan(1.1);
        memory.ShouldBeInRange(0.05, 0.9);
    }

    private static Measured Step(CausalLanguageModel model, LoraAdapter adapter, Tensor ids)
    {
        using var scope = NewDisposeScope();
        var (memory, start) = (ProcessMemory.Reset(), Processor());
        var hidden = model.Hidden(new() { InputIds = ids }).narrow(1, 0, 127).reshape(-1, model.Config.HiddenSize);
        var loss = model.TokenLoss(hidden, ids.narrow(1, 1, 127).reshape(-1)).Loss.mean();
        loss.backward();
        adapter.Parameters.ToList().ForEach(p => p.Value.grad = null);
        return new(Processor() - start, ProcessMemory.Peak - memory, loss.item<float>());
    }

    private static double Processor() => Process.GetCurrentProcess().TotalProcessorTime.TotalSeconds;

    private static double Median(List<Measured> values, Func<Measured, double> of) =>
        values.Select(of).Order().ElementAt(Steps / 2);

    private sealed record Measured(double Seconds, double Bytes, double Loss);
}
