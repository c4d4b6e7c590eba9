using System.Diagnostics;
using System.Text.Json;
using Pipeline.EmbeddedTemporal.Tests;

namespace Pipeline.Workflows.Tests;

/// <summary>
/// One page of the machine's Chromium, driven by Playwright through <c>tests/conformance/browser.mjs</c>.
/// </summary>
internal sealed class Browser : IAsyncDisposable
{
    private readonly Process _process;

    private Browser(Process process) => _process = process;

    /// <summary>Where the screenshots are kept.</summary>
    public static string Shots { get; } =
        Directory.CreateDirectory(
            Path.Combine(Repository.Root, ".pipeline", "test-output", "pipeline-web-ui")).FullName;

    /// <summary>Starts the browser, or skips the test where there is none.</summary>
    public static async Task<Browser> StartAsync()
    {
        Assert.SkipWhen(Chromium.Missing is not null, Chromium.Missing ?? "");
        await TypeScriptTools.InstallAsync();
        var start = new ProcessStartInfo("node", ["browser.mjs", Chromium.Program, Path.Combine(Shots, "failure.png")])
        {
            UseShellExecute = false,
            WorkingDirectory = TypeScriptTools.Folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        return new(Process.Start(start) ?? throw new InvalidOperationException("node did not start"));
    }

    /// <summary>Opens an address.</summary>
    public Task GoAsync(Uri address) => DoAsync("go", address.ToString());

    /// <summary>Waits until the page or one of its frames shows the text.</summary>
    public Task SeeAsync(string text) => DoAsync("see", text);

    /// <summary>Clicks the first visible element.</summary>
    public Task ClickAsync(string selector) => DoAsync("click", selector);

    /// <summary>Clicks the last visible element with exactly this text.</summary>
    public Task ClickTextAsync(string text) => DoAsync("press", text);

    /// <summary>Fills a field.</summary>
    public Task FillAsync(string selector, string text) => DoAsync("fill", selector, text);

    /// <summary>Replaces what the visible editor for JSON holds.</summary>
    public Task WriteJsonAsync(string json) => DoAsync("json", json);

    /// <summary>Keeps a picture of the page.</summary>
    /// <param name="name">File name in <see cref="Shots"/>.</param>
    public Task ScreenshotAsync(string name) => DoAsync("shot", Path.Combine(Shots, name));

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        try
        {
            await _process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            _process.Kill(entireProcessTree: true);
        }

        _process.Dispose();
    }

    private async Task DoAsync(params string[] step)
    {
        await _process.StandardInput.WriteLineAsync(JsonSerializer.Serialize(step));
        await _process.StandardInput.FlushAsync();
        var answer = await _process.StandardOutput.ReadLineAsync() ?? "\"the browser has ended\"";
        if (JsonSerializer.Deserialize<string>(answer) is { } problem and not "ok") Assert.Fail(problem);
    }
}
