using System.Globalization;
using System.Net;

namespace Pipeline.EmbeddedTemporal;

// The flags of `server start-dev` that official test environments pass.
internal static class CommandLine
{
    private static readonly HashSet<string> Ignored =
        ["--dynamic-config-value", "--log-format", "--http-port", "--metrics-port", "--sqlite-pragma"];

    public static EngineOptions Parse(string[] args)
    {
        // The form in which SDKs start a test server of their own: a port, and whether time may be skipped from the
        // beginning.
        if (args is [var first, ..] && int.TryParse(first, CultureInfo.InvariantCulture, out _))
        {
            return new EngineOptions
            {
                Port = Port("the port", first),
                Headless = true,
                UiAddress = "127.0.0.1",
                TimeSkipping = true,
                TimeSkippingLocked = !args.Contains("--enable-time-skipping", StringComparer.Ordinal),
            };
        }

        if (args is not ["server", "start-dev", ..])
            throw new FormatException(
                "Usage: temporal server start-dev [--ip IP] [--port N] [--ui-port N] [--headless] [--namespace NAME] "
                    + "[--db-filename FILE] [--search-attribute NAME=TYPE] [--log-level LEVEL] [--allow-remote]");
        var options = new EngineOptions();
        var namespaces = new List<string> { "default" };
        var attributes = new Dictionary<string, IndexedValueType>(StringComparer.Ordinal);
        var remote = false;
        for (var i = 2; i < args.Length; i++)
        {
            var (name, value) = args[i].Split('=', 2) is [var n, var v] && n.StartsWith("--", StringComparison.Ordinal)
                ? (n, v) : (args[i], null);
            string Value() =>
                value ?? (++i < args.Length ? args[i] : throw new FormatException($"{name} needs a value."));
            switch (name)
            {
                case "--headless": options = options with { Headless = value != "false" }; break;
                case "--time-skipping": options = options with { TimeSkipping = value != "false" }; break;
                case "--allow-remote": remote = true; break;
                case "--ip": options = options with { Address = Value() }; break;
                case "--port" or "-p": options = options with { Port = Port(name, Value()) }; break;
                case "--ui-ip": options = options with { UiAddress = Value() }; break;
                case "--ui-port": options = options with { UiPort = Port(name, Value()) }; break;
                case "--ui-asset-path": options = options with { UiAssets = Value() }; break;
                case "--ui-codec-endpoint": options = options with { CodecEndpoint = Value() }; break;
                case "--db-filename" or "-f": options = options with { DatabaseFile = Value() }; break;
                case "--log-level": options = options with { LogLevel = Value() }; break;
                case "--namespace" or "-n": namespaces.Add(Value()); break;
                case "--search-attribute": AddAttribute(attributes, Value()); break;
                default:
                    if (!Ignored.Contains(name)) throw new FormatException($"Unknown flag {name}.");
                    _ = Value();
                    break;
            }
        }

        options = options with
        {
            UiAddress = options.UiAddress.Length > 0 ? options.UiAddress : options.Address,
            UiPort = options.UiPort > 0 ? options.UiPort : options.Port + 1000,
        };
        CheckAddress("--ip", options.Address, remote);
        if (options.UiAddress != options.Address) CheckAddress("--ui-ip", options.UiAddress, remote);
        return options with
        { Namespaces = [.. namespaces.Distinct(StringComparer.Ordinal)], SearchAttributes = attributes };
    }

    private static void CheckAddress(string flag, string text, bool remote)
    {
        if (!IPAddress.TryParse(text, out var address))
            throw new FormatException($"{flag} {text} is not an IP address.");
        if (IPAddress.IsLoopback(address)) return;
        if (!remote)
            throw new FormatException(
                $"{flag} {text} opens the server to the network, which has no authentication; add --allow-remote if "
                    + $"that is wanted.");
        Console.Error.WriteLine("Warning: the server is open to the network without authentication.");
    }

    private static int Port(string name, string text) =>
        int.TryParse(text, CultureInfo.InvariantCulture, out var port) && port is > 0 and < 65536
            ? port : throw new FormatException($"{name} {text} is not a port number.");

    private static void AddAttribute(Dictionary<string, IndexedValueType> attributes, string text)
    {
        if (text.Split('=') is not [{ Length: > 0 } name, var typeName]
            || !System.Enum.TryParse<IndexedValueType>(typeName, true, out var type)
            || type == IndexedValueType.Unspecified)
            throw new FormatException(
                $"--search-attribute {text}: write NAME=TYPE with one of Text, Keyword, Int, Double, Bool, Datetime, "
                    + $"KeywordList.");
        attributes[name] = type;
    }
}
