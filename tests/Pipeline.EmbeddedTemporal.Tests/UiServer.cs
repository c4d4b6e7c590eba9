namespace Pipeline.EmbeddedTemporal.Tests;

/// <summary>
/// An embedded server with its UI port open and a page of its own in place of the web interface; shared by the tests of
/// a class.
/// </summary>
public sealed class UiServer : IAsyncLifetime
{
    private readonly TempDirectory _site = new();
    private EngineProcess? _engine;

    internal HttpClient Http { get; } = new();

    internal string Address => _engine?.Address
        ?? throw new InvalidOperationException("The server has not been started.");

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        await File.WriteAllTextAsync(_site.Combine("index.html"), "<p>the site</p>");
        _engine = await EngineProcess.StartAsync(Engines.Embedded, ui: true, "--ui-asset-path", _site.Path);
        Http.BaseAddress = _engine.Ui;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        if (_engine is not null) await _engine.DisposeAsync();
        _site.Dispose();
    }
}
