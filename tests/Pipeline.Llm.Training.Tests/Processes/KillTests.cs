using System.Globalization;
using System.Runtime.InteropServices;
using Pipeline.Llm.Training.Checkpointing;

namespace Pipeline.Llm.Training.Tests.Processes;

[Trait("Tier", "e2e")]
public sealed class KillTests : IClassFixture<KillTests.Uninterrupted>
{
    private const int Killed = 137;
    private const int MostRestarts = 40;
    private readonly Uninterrupted _reference;

    public KillTests(Uninterrupted reference) => _reference = reference;

    /// <value>Seeds of the random kills; PIPELINE_KILL_SEEDS runs more of them.</value>
    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, int.Parse(
        Environment.GetEnvironmentVariable("PIPELINE_KILL_SEEDS") ?? "2", CultureInfo.InvariantCulture))];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void F20_I1_KilledAtRandomPoints_ResumesToTheSameBits(int seed)
    {
        var (kills, output) = (0, $"swarm-{seed}");
        while (_reference.Process.Run(output, $"swarm:{1000 * seed + kills}:5").ExitCode is var code && code != 0)
        {
            code.ShouldBe(Killed);
            (++kills).ShouldBeLessThan(MostRestarts);
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}: killed {kills} times");
        _reference.Process.Result(output).ShouldBe(_reference.Result);
    }

    [Theory]
    [InlineData("checkpoint.written#5")]
    [InlineData("checkpoint.flushed#5")]
    [InlineData("checkpoint.renamed#5")]
    [InlineData("checkpoint.manifest#2")]
    [InlineData("checkpoint.renamed#7")]
    public void F19_KilledWhileSaving_ResumesFromTheLastWholeCheckpoint(string point)
    {
        var output = point.Replace('#', '-');
        _reference.Process.Run(output, $"{point}=kill").ExitCode.ShouldBe(Killed);
        var steps = Directory.GetFiles(_reference.Process.Checkpoints(output), "*.manifest.json").Length;
        steps.ShouldBe(point == "checkpoint.renamed#7" ? 2 : 1);
        var (code, errors) = _reference.Process.Run(output);
        code.ShouldBe(0, errors);
        errors.ShouldContain($"continuing after step {2 * steps}");
        _reference.Process.Result(output).ShouldBe(_reference.Result);
    }

    [Theory]
    [InlineData(PosixSignal.SIGTERM, 143)]
    [InlineData(PosixSignal.SIGINT, 130)]
    public void F23_S0_40_Signal_WritesAFullCheckpointAndResumesExactly(PosixSignal signal, int expected)
    {
        var output = signal.ToString();
        using (var process = _reference.Process.Start(output, "train.micro-batch=delay:150"))
        {
            while (process.StandardError.ReadLine() is { } line
                && !line.StartsWith("step     3/8", StringComparison.Ordinal))
            {
                line.ShouldNotStartWith("error");
            }

            TrainProcess.Signal(process, signal);
            process.StandardError.ReadToEnd().ShouldContain("go on with --resume");
            process.WaitForExit();
            process.ExitCode.ShouldBe(expected);
        }

        var saved = CheckpointStore.Open(_reference.Process.Checkpoints(output)).Latest(static _ => { });
        saved.ShouldNotBeNull();
        saved.Manifest.State.Step.ShouldBeInRange(3, 7);
        saved.Manifest.Files.Keys.Order().ShouldBe(["optimizer", "parameters"]);
        _reference.Process.Run(output).ExitCode.ShouldBe(0);
        _reference.Process.Result(output).ShouldBe(_reference.Result);
    }

    /// <summary>One run that nothing disturbs.</summary>
    public sealed class Uninterrupted : IDisposable
    {
        public Uninterrupted()
        {
            var (code, errors) = Process.Run("whole");
            code.ShouldBe(0, errors);
            Result = Process.Result("whole");
        }

        internal TrainProcess Process { get; } = new();

        internal string Result { get; }

        public void Dispose() => Process.Dispose();
    }
}
