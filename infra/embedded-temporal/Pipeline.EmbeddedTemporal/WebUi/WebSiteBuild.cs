using System.Diagnostics;

namespace Pipeline.EmbeddedTemporal.WebUi;

// Finds the web interface, or builds it in the background on first use. The engine never waits for it.
internal sealed class WebSiteBuild(EngineOptions options, ILogger logger) : IDisposable
{
    private readonly Lock _gate = new();
    private Process? _process;

    // The folder with index.html once there is one.
    public string? Folder { get; private set; }

    // Why there will be none, for whoever opens the page.
    public string? Problem { get; private set; }

    public void Start()
    {
        if (options.UiAssets is { } assets)
        {
            if (File.Exists(Path.Combine(assets, "index.html"))) Folder = Path.GetFullPath(assets);
            else Problem = $"--ui-asset-path {assets} has no index.html.";
            return;
        }

        if (FindSources() is not { } sources)
        {
            Problem = "The sources of the web interface (infra/web-ui) are not here.";
            return;
        }

        var site = Path.GetFullPath(Path.Combine(sources, "..", "..", ".pipeline", "web-ui", "site"));
        if (File.Exists(Path.Combine(site, "index.html"))) Folder = site;
        _ = Task.Run(() => BuildAsync(Path.Combine(sources, "build"), site));
    }

    public void Dispose()
    {
        lock (_gate)
        {
            if (_process is { HasExited: false }) _process.Kill(entireProcessTree: true);
            _process?.Dispose();
            _process = null;
        }
    }

    // The script is quick when the site is up to date.
    private async Task BuildAsync(string script, string site)
    {
        try
        {
            Process process;
            var start = new ProcessStartInfo("sh", [script])
            {
                UseShellExecute = false,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };
            lock (_gate) process = _process = Process.Start(start)
                ?? throw new InvalidOperationException("sh did not start");
            var output = process.StandardOutput.ReadToEndAsync();
            var errors = await process.StandardError.ReadToEndAsync();
            await output;
            await process.WaitForExitAsync();
            if (process.ExitCode == 0) Folder = site;
            else Problem = "Building the web interface failed:\n" + errors.Trim();
        }
        catch (Exception error)
            when (error is System.ComponentModel.Win32Exception or InvalidOperationException or IOException)
        {
            Problem = "Building the web interface failed: " + error.Message;
        }

        if (Problem is not null) logger.LogWarning("{Problem}", Problem);
    }

    private static string? FindSources()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var candidate = Path.Combine(folder.FullName, "infra", "web-ui");
            if (File.Exists(Path.Combine(candidate, "package.json"))) return candidate;
        }

        return null;
    }
}
