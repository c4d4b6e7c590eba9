using System.Diagnostics;

namespace Pipeline.Repository.Tests;

[Trait("Tier", "e2e")]
public sealed class FormatTests
{
    [Fact]
    public async Task Sources_AreFormatted()
    {
        using var process = Process.Start(new ProcessStartInfo(
            "dotnet",
            ["format", "whitespace", Path.Combine(SourceFiles.Root, "Pipeline.sln"), "--verify-no-changes",
                "--no-restore"])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken) + await error;
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        process.ExitCode.ShouldBe(0, output);
    }
}
