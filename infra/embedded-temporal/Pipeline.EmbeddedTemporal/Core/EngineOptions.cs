namespace Pipeline.EmbeddedTemporal.Core;

// How the server was started.
internal sealed record EngineOptions
{
    public string Address { get; init; } = "127.0.0.1";

    public int Port { get; init; } = 7233;

    public int UiPort { get; init; } = 8233;

    public bool Headless { get; init; }

    public string? DatabaseFile { get; init; }

    public IReadOnlyList<string> Namespaces { get; init; } = ["default"];

    public IReadOnlyDictionary<string, IndexedValueType> SearchAttributes { get; init; } = new Dictionary<string, IndexedValueType>();

    public bool TimeSkipping { get; init; }

    public string LogLevel { get; init; } = "warn";

    public string LogFormat { get; init; } = "text";

    public string? UiAssets { get; init; }

    public string CodecEndpoint { get; init; } = "";
}
