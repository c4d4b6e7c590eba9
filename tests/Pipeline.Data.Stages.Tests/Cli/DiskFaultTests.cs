using System.Diagnostics;
using Pipeline.Registry.Tests.Storage;
using Pipeline.Tools;

namespace Pipeline.Data.Tests.Cli;

/// <summary>Disks that are full or broken, as a user of the verbs meets them.</summary>
[Trait("Tier", "workflow")]
public sealed class DiskFaultTests : IDisposable
{
    private readonly TempDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("ingest"), InlineData("holdout"), InlineData("clean"), InlineData("dedup"), InlineData("split")]
    public async Task F09_NoSpaceLeft_NamesTheFileAndLeavesNothingBehind(string verb)
    {
        using var mount = TmpfsMount.TryCreate("size=1m");
        var (raw, rows) = Rows();
        var full = Path.Combine(mount.Path, "out");
        var (code, output) = await RunAsync("", verb, verb == "ingest" ? raw : rows, full);
        code.ShouldBe(8, output);
        output.ShouldContain(full);
        output.ShouldContain("free");
        // Said before the work, not only when the disk is full.
        output.ShouldContain(verb == "ingest" ? "E-ING-SPACE" : "the result may not fit");
        Directory.GetFiles(mount.Path, "*", SearchOption.AllDirectories).ShouldBeEmpty();

        // With space, the same command ends well.
        (await RunAsync("", verb, verb == "ingest" ? raw : rows, _folder.Combine("out"))).Code.ShouldBe(0);
    }

    [Theory]
    [InlineData("file.written", 5, 8, "cannot write")] // fsync fails: not tried again on the same file
    [InlineData("file.write", 28, 8, "cannot write")]
    [InlineData("file.write", 30, 7, "cannot write")]
    public async Task F10_WriteOrFsyncFails_NoMarkerIsWritten(string point, int error, int expected, string message)
    {
        var (_, rows) = Rows();
        var (code, output) = await RunAsync($"{point}=errno:{error}", "holdout", rows, _folder.Combine("out"));
        code.ShouldBe(expected, output);
        output.ShouldContain(message);
        output.ShouldContain(_folder.Combine("out"));
        Directory.GetFiles(_folder.Combine("out")).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("dedup"), InlineData("holdout")]
    public async Task F11_ReadingRowsFails_NamesTheFileAndLeavesNothingBehind(string verb)
    {
        const string Tracer = "/usr/bin/strace";
        Assert.SkipUnless(File.Exists(Tracer), "there is no strace to make reading fail");
        var (_, rows) = Rows();
        using var process =
            Process.Start(new ProcessStartInfo(Tracer, ["-f", "-qq", "-o", "/dev/null", "-P", rows, "-e",
            "inject=pread64,read:error=EIO:when=2+", "dotnet", typeof(CommandRunner).Assembly.Location, "data", verb,
            rows, "--out", _folder.Combine("out")])
            {
                UseShellExecute = false,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!; // null only for documents that another program opens
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var error = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await output;
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.SkipWhen(error.Contains("ptrace", StringComparison.OrdinalIgnoreCase), "tracing is not allowed here");
        process.ExitCode.ShouldBe(8, error);
        error.ShouldContain(rows);
        Directory.GetFiles(_folder.Combine("out"), "*", SearchOption.AllDirectories).ShouldBeEmpty();
    }

    private (string Raw, string Rows) Rows()
    {
        var raw = Directory.CreateDirectory(_folder.Combine("raw")).FullName;
        var (path, random) = (Path.Combine(raw, "rows.jsonl"), new Random(7));
        File.WriteAllLines(path, Enumerable.Range(0, 3000).Select(i =>
            $"{{\"id\":\"r{i}\",\"text\":\"{string.Join(' ', Enumerable.Range(0, 200).Select(_ => $"w{random.Next(999)}"))}\"}}"));
        return (raw, path);
    }

    private static Task<(int Code, string Output)> RunAsync(string faults, string verb, string input, string output) =>
        ToolProcess.RunAsync(faults, [], "data", verb, input, "--out", output);
}
