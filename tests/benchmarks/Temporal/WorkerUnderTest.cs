using System.Diagnostics;

namespace Benchmarks.Temporal;

/// <summary>A worker process and what it costs, read from <c>/proc</c>.</summary>
internal sealed class WorkerUnderTest : IDisposable
{
    private readonly Process _process;

    private WorkerUnderTest(string name, string queue, Process process) =>
        (Name, Queue, _process) = (name, queue, process);

    public string Name { get; }

    public string Queue { get; }

    /// <summary>Processor time of the process so far, in milliseconds.</summary>
    public double CpuMilliseconds
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime.TotalMilliseconds;
        }
    }

    /// <summary>Resident memory in megabytes (10^6 bytes).</summary>
    public double Megabytes
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64 / 1e6;
        }
    }

    public static async Task<WorkerUnderTest> StartAsync(
        string name, string queue, string program, params string[] arguments)
    {
        var process = Process.Start(
            new ProcessStartInfo(program, arguments)
            {
                UseShellExecute = false,
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
            })
            ?? throw new InvalidOperationException($"{program} did not start");
        string? line;
        while ((line = await process.StandardOutput.ReadLineAsync()) != "ready")
        {
            _ = line ?? throw new InvalidOperationException($"the worker '{name}' ended before it was ready");
        }

        _ = process.StandardOutput.ReadToEndAsync();
        return new(name, queue, process);
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        if (!_process.WaitForExit(TimeSpan.FromSeconds(10)))
        {
            _process.Kill();
        }

        _process.Dispose();
    }
}
