using System.Diagnostics;

namespace Pipeline.Repository.Tests;

[Trait("Tier", "e2e")]
public sealed class FormatTests
{
    [Fact]
    public async Task Sources_AreFormatted()
    {
        using var process = Process.Start(new ProcessStartInfo(
            "dotnet", ["format", "whitespace", Path.Combine(SourceFiles.Root, "Pipeline.sln"), "--verify-no-changes", "--no-restore"])
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

    [Fact]
    public async Task Readme_MainJob_EndsWithACommittedVersion()
    {
        using var process = Process.Start(new ProcessStartInfo(Path.Combine(SourceFiles.Root, "pipeline"), ["run", "--json"])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = "/",
        })!;
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        process.ExitCode.ShouldBe(0, await error);
        var manifest = System.Text.Json.JsonDocument.Parse(output).RootElement;
        manifest.GetProperty("kind").GetString().ShouldBe("clean-rows");
        manifest.GetProperty("files").GetArrayLength().ShouldBe(4);
    }
}
