namespace Pipeline.EmbeddedTemporal.Core;

// How the server was started.
internal sealed record EngineOptions
{
    public string Address { get; init; } = "127.0.0.1";

    public int Port { get; init; } = 7233;

    // Zero means 1000 above the port, as on the real server.
    public int UiPort { get; init; }

    public string UiAddress { get; init; } = "";

    public bool Headless { get; init; }

    public string? DatabaseFile { get; init; }

    public IReadOnlyList<string> Namespaces { get; init; } = ["default"];

    public IReadOnlyDictionary<string, IndexedValueType> SearchAttributes { get; init; } =
        new Dictionary<string, IndexedValueType>();

    public bool TimeSkipping { get; init; }

    // Whether time passes by itself until a client unlocks it.
    public bool TimeSkippingLocked { get; init; }

    public string LogLevel { get; init; } = "warn";

    public string LogFormat { get; init; } = "text";

    public string? UiAssets { get; init; }

    public string CodecEndpoint { get; init; } = "";
}
