namespace Pipeline.EmbeddedTemporal.Tests;

/// <summary>
/// One run of <c>tests/conformance/web-ui.mjs</c> (Playwright, Debian's Chromium), shared by the tests of its checks.
/// </summary>
public sealed class WebUiRun : IAsyncLifetime
{
    private readonly Dictionary<string, string> _results = new(StringComparer.Ordinal);
    private string? _skip;

    /// <summary>Where the screenshots are kept.</summary>
    public static string Shots { get; } = Path.Combine(Repository.Root, ".pipeline", "test-output", "web-ui");

    /// <summary>The names of the checks that ran, in their order.</summary>
    public IReadOnlyCollection<string> Names => _results.Keys;

    /// <summary>Everything that the run printed.</summary>
    public string Output { get; private set; } = "";

    /// <summary>What a check found: empty when all is well.</summary>
    /// <param name="name">The name of the check.</param>
    public string Problem(string name) => _results.GetValueOrDefault(name, $"'{name}' did not run:\n{Output}");

    /// <summary>Skips the calling test where there is no browser or no site.</summary>
    public void Require() => Assert.SkipWhen(_skip is not null, _skip ?? "");

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        if ((Chromium.Missing ?? await TypeScriptTools.TryInstallAsync()) is { } problem)
        {
            _skip = problem;
            return;
        }

        await using var engine =
            await EngineProcess.StartAsync(Engines.Embedded, ui: true, "--search-attribute", "Stage=Keyword");
        _skip = await WebSites.WaitForAsync(engine.Ui);
        if (_skip is not null) return;
        Directory.CreateDirectory(Shots);
        foreach (var old in Directory.EnumerateFiles(Shots, "*.png")) File.Delete(old);
        (_, Output) = await TypeScriptTools.RunAsync(
            "node", "web-ui.mjs", "--address", engine.Address, "--ui", engine.Ui.ToString(), "--shots", Shots,
            "--chromium", Chromium.Program);
        foreach (var line in Output.Split('\n'))
        {
            if (line.StartsWith("ok   ", StringComparison.Ordinal)) _results[line[5..].Trim()] = "";
            else if (line.StartsWith("FAIL ", StringComparison.Ordinal))
                _results[line[5..line.IndexOf(':', StringComparison.Ordinal)]] = line;
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
