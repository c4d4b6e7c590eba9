using System.Diagnostics;

namespace Pipeline.Activities.Tests;

/// <summary>Makes every read of one file by this process fail with EIO, until it is told to stop.</summary>
internal sealed class DiskErrors : IDisposable
{
    private const string Tracer = "/usr/bin/strace";

    private readonly Process _tracer;
    private bool _over;

    private DiskErrors(Process tracer) => _tracer = tracer;

    /// <summary>Begins; the test is skipped where this process cannot be traced.</summary>
    /// <param name="path">A file that can be read.</param>
    /// <returns>The faults; disposing ends them.</returns>
    public static async Task<DiskErrors> OfAsync(string path)
    {
        Assert.SkipUnless(File.Exists(Tracer), "there is no strace to make reading fail");
        var errors = new DiskErrors(Process.Start(new ProcessStartInfo(
            Tracer, ["-f", "-qq", "-o", "/dev/null", "-P", path, "-e", "inject=pread64,read:error=EIO", "-p",
                $"{Environment.ProcessId}"])
        {
            UseShellExecute = false,
            RedirectStandardError = true,
        })!); // null only for documents that another program opens
        for (var waited = Stopwatch.StartNew(); waited.Elapsed < TimeSpan.FromSeconds(10);)
        {
            try
            {
                await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken);
                await Task.Delay(20, TestContext.Current.CancellationToken);
            }
            catch (IOException)
            {
                return errors;
            }
        }

        errors.Dispose();
        Assert.Skip("tracing is not allowed here");
        return errors;
    }

    public void Dispose()
    {
        if (_over)
        {
            return;
        }

        _over = true;
        if (!_tracer.HasExited)
        {
            // Asked, not killed: it lets go of this process.
            using var stop = Process.Start("kill", ["-TERM", $"{_tracer.Id}"]);
            _tracer.WaitForExit();
        }

        _tracer.Dispose();
    }
}
