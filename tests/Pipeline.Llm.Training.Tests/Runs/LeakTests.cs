using System.Globalization;
using TorchSharp;

namespace Pipeline.Llm.Training.Tests.Runs;

/// <summary>Alone in the process while it runs: memory is that of the process.</summary>
[Trait("Tier", "e2e")]
[Collection(nameof(LeakTests))]
[CollectionDefinition(nameof(LeakTests), DisableParallelization = true)]
public sealed class LeakTests
{
    private const int Warm = 1000;

    [Fact]
    public void Run_TenThousandSteps_HoldsTensorsAndMemoryFlat()
    {
        using var folder = new TempDirectory();
        var toy = new ToyRun();
        var options = ToyRun.Options with
        {
            Batch = ToyRun.Options.Batch with { MaxSteps = 10_000, Accumulation = 1 },
            SaveEvery = 2000,
            EvaluateEvery = 0,
            LogEvery = 5000,
            LearningRate = 1e-4,
        };
        var (tensors, memory) = (new List<long>(), new List<long>());
        toy.Trainer(options, evaluates: false).Run(folder.Path, new()
        {
            Progress = new Collect(step =>
            {
                if (step.Step % Warm == 0)
                {
                    tensors.Add(DisposeScopeManager.Statistics.ThreadTotalLiveCount);
                    GC.Collect();
                    GC.WaitForPendingFinalizers();
                    memory.Add(ResidentBytes());
                }
            }),
        });
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"tensors {string.Join(' ', tensors)}; MB {string.Join(' ', memory.Select(bytes => bytes / 1_000_000))}");
        tensors.Count.ShouldBe(10);
        tensors.ShouldAllBe(count => count == tensors[0]);
        (memory[^1] - memory[0]).ShouldBeLessThan(20_000_000);
    }

    private static long ResidentBytes() => 1024 * long.Parse(
        File.ReadLines("/proc/self/status").First(line => line.StartsWith("VmRSS", StringComparison.Ordinal))
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
}
