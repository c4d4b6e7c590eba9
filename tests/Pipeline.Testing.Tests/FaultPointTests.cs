using System.Diagnostics;
using System.Reflection;
using Pipeline.Faults;

namespace Pipeline.Testing;

public sealed class FaultPointTests
{
    [Fact]
    public void Hit_NothingSet_DoesNothing() => FaultPoint.Hit("stage.step");

    [Theory]
    [InlineData("stage.step=throw", 1, "injected at stage.step")]
    [InlineData("stage.step#3=throw", 0, "two hits passed")]
    [InlineData("stage.step#2=throw", 1, "injected at stage.step")]
    [InlineData("other=throw", 0, "two hits passed")]
    [InlineData("stage.step=kill", 137, "kill at stage.step")]
    [InlineData("stage.step=errno:28", 1, "errno 28")]
    [InlineData("bytes=truncate:2", 0, "ab")]
    [InlineData("swarm:7:1000", 137, "swarm seed 7")]
    [InlineData("nonsense", 1, "point[#hit]=action")]
    public async Task Hit_Rule_ActsAsWritten(string faults, int code, string expected)
    {
        var start = new ProcessStartInfo(
            "dotnet",
            [Assembly.GetExecutingAssembly().Location, "-noColor", "-showLiveOutput", "-explicit", "only", "-method",
                $"{typeof(FaultPointTests).FullName}.{nameof(Scenario)}"])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["PIPELINE_FAULTS"] = faults;
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken) + await error;
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        process.ExitCode.ShouldBe(code, output);
        output.ShouldContain(expected);
    }

    [Fact(Explicit = true)]
    public void Scenario()
    {
        FaultPoint.Hit("stage.step");
        FaultPoint.Hit("stage.step");
        TestContext.Current.TestOutputHelper?.WriteLine("two hits passed");
        TestContext.Current.TestOutputHelper?.WriteLine(
            System.Text.Encoding.ASCII.GetString(FaultPoint.Bytes("bytes", "abcd"u8.ToArray())));
    }
}
