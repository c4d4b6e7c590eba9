using System.Diagnostics;
using Pipeline.Tools;

namespace Pipeline.Data.Tests.Cli;

/// <summary>The command line as a process of its own, as a user starts it.</summary>
internal sealed class ToolProcess : IDisposable
{
    private readonly Process _process;
    private readonly Task<string> _output;
    private readonly List<string> _errors = [];

    /// <summary>Starts it.</summary>
    /// <param name="faults">Rules for fault points; empty for none.</param>
    /// <param name="environment">More variables.</param>
    /// <param name="arguments">Arguments behind the program.</param>
    public ToolProcess(string faults, Dictionary<string, string> environment, params string[] arguments)
    {
        // A shell that starts tests in its background lets them ignore Ctrl-C, which is not what is tested.
        var start = new ProcessStartInfo(
            "env", ["--default-signal=INT", "dotnet", typeof(CommandRunner).Assembly.Location, .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["PIPELINE_FAULTS"] = faults;
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        _process = Process.Start(start)!; // null only for documents that another program opens
        _output = _process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Runs it to its end.</summary>
    public static async Task<(int Code, string Output)> RunAsync(
        string faults, Dictionary<string, string> environment, params string[] arguments)
    {
        using var process = new ToolProcess(faults, environment, arguments);
        return await process.EndAsync();
    }

    /// <summary>Waits for a line of standard error.</summary>
    public async Task WaitForAsync(string text)
    {
        while (await _process.StandardError.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
        {
            _errors.Add(line);
            if (line.Contains(text, StringComparison.Ordinal))
            {
                return;
            }
        }

        throw new InvalidOperationException(
            $"the process ended without '{text}': {string.Join('\n', _errors)}\n{await _output}");
    }

    /// <summary>What Ctrl-C in its terminal does.</summary>
    public void Interrupt() => Process.Start("bash", ["-c", $"kill -INT {_process.Id}"]).WaitForExit();

    /// <summary>Waits for its end; the output holds both streams.</summary>
    public async Task<(int Code, string Output)> EndAsync()
    {
        var rest = await _process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = await _output;
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (_process.ExitCode, $"{output}{string.Join('\n', _errors)}\n{rest}");
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
    }
}
