using System.Text.Json;
using Pipeline.Registry.Traffic;

namespace Pipeline.Gateway.Configuration;

/// <summary>An adapter named on the command line.</summary>
/// <param name="Name">Name to serve it under.</param>
/// <param name="Path">Its directory.</param>
public sealed record LoraModule(string Name, string Path)
{
    /// <summary>Parses <c>NAME=PATH</c> or a JSON object with <c>name</c> and <c>path</c>.</summary>
    /// <param name="text">The text.</param>
    /// <returns>The module.</returns>
    /// <exception cref="ArgumentException">The text is neither, or the name is not acceptable.</exception>
    public static LoraModule Parse(string text)
    {
        var (name, path) = text.StartsWith('{') ? FromJson(text) : FromPair(text);
        return TrafficNames.IsName(name) && path.Length > 0
            ? new LoraModule(name, path)
            : throw new ArgumentException(
                $"--lora-modules: '{text}' needs a name of lower-case letters, digits and hyphens, and a path",
                nameof(text));
    }

    private static (string Name, string Path) FromPair(string text)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        return equals < 0 ? (text, "") : (text[..equals], text[(equals + 1)..]);
    }

    private static (string Name, string Path) FromJson(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return (document.RootElement.GetProperty("name").GetString()
                ?? "", document.RootElement.GetProperty("path").GetString() ?? "");
        }
        catch (Exception exception)
            when (exception is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new ArgumentException(
                $"--lora-modules: '{text}' cannot be read: {exception.Message}", nameof(text), exception);
        }
    }
}
