using System.Diagnostics;
using System.Text;

namespace Pipeline.Cli.Tests.Support;

/// <summary>A program in a terminal, and somebody who reads and types there.</summary>
/// <param name="process">The program, whose standard streams lead to the terminal.</param>
public sealed class TerminalSession(Process process) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);
    private readonly StringBuilder _seen = new();
    private readonly char[] _buffer = new char[4096];
    private int _read;

    /// <summary>Everything that was shown so far.</summary>
    public string Seen => _seen.ToString();

    /// <summary>Waits until a text appears after what was waited for before.</summary>
    public async Task SeeAsync(string text)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Patience);
        int at;
        while ((at = Seen.IndexOf(text, _read, StringComparison.Ordinal)) < 0)
        {
            var count = await process.StandardOutput.ReadAsync(_buffer, limit.Token);
            count.ShouldBeGreaterThan(0, $"'{text}' never came; seen:\n{Seen}");
            _seen.Append(_buffer, 0, count);
        }

        _read = at + text.Length;
    }

    public async Task TypeAsync(string line)
    {
        await process.StandardInput.WriteAsync($"{line}\n");
        await process.StandardInput.FlushAsync();
    }

    /// <summary>Presses Ctrl-C.</summary>
    public Task InterruptAsync() => TypeRawAsync("\u0003");

    /// <summary>Reads to the end.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> EndAsync()
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Patience);
        _seen.Append(await process.StandardOutput.ReadToEndAsync(limit.Token));
        await process.WaitForExitAsync(limit.Token);
        return process.ExitCode;
    }

    public void Dispose()
    {
        if (!process.HasExited)
        {
            process.Kill(entireProcessTree: true);
        }

        process.Dispose();
    }

    private async Task TypeRawAsync(string text)
    {
        await process.StandardInput.WriteAsync(text);
        await process.StandardInput.FlushAsync();
    }
}
