using System.Text.Json;
using Pipeline.Gateway.Routing;
using Pipeline.Registry.Traffic;

namespace Pipeline.Gateway.Access;

/// <summary>The file that names clients, routing rules and prices.</summary>
public sealed record ClientsFile
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = System.Text.Json.Serialization.JsonUnmappedMemberHandling.Disallow,
        AllowDuplicateProperties = false,
        ReadCommentHandling = JsonCommentHandling.Skip,
        RespectRequiredConstructorParameters = true,
    };

    /// <summary>Known clients.</summary>
    public IReadOnlyList<Client> Clients { get; init; } = [];

    /// <summary>Rules for requests that name <c>auto</c> or no model; the first that matches decides.</summary>
    public IReadOnlyList<RoutingRule> Rules { get; init; } = [];

    /// <summary>
    /// Model of requests that neither a rule nor the client's route decides; null answers them with 404.
    /// </summary>
    public string? Fallback { get; init; }

    /// <summary>Price of 1,000 tokens by model name, for the routing report; <c>*</c> is every other model.</summary>
    public IReadOnlyDictionary<string, double> PricePerThousandTokens { get; init; } = new Dictionary<string, double>();

    /// <summary>Reads and checks a file.</summary>
    /// <param name="path">Path of the JSON file.</param>
    /// <returns>The file with key digests filled in.</returns>
    /// <exception cref="InvalidDataException">The file is malformed; the message names file and field.</exception>
    public static ClientsFile Read(string path)
    {
        try
        {
            return Parse(File.ReadAllBytes(path));
        }
        catch (Exception exception) when (exception is JsonException or InvalidDataException)
        {
            throw new InvalidDataException($"{path}: {exception.Message}", exception);
        }
    }

    /// <summary>Parses and checks the content of a file.</summary>
    /// <param name="json">UTF-8 JSON.</param>
    /// <returns>The file with key digests filled in.</returns>
    /// <exception cref="InvalidDataException">A client is not acceptable.</exception>
    /// <exception cref="JsonException">The text is not such a file.</exception>
    public static ClientsFile Parse(ReadOnlySpan<byte> json)
    {
        var file = JsonSerializer.Deserialize<ClientsFile>(json, Json) ?? throw new JsonException("the file is empty");
        var duplicate = file.Clients.GroupBy(client => client.Id, StringComparer.Ordinal)
            .FirstOrDefault(group => group.Count() > 1);
        if (duplicate is not null)
        {
            throw new InvalidDataException($"clients: id '{duplicate.Key}' occurs twice");
        }

        foreach (var rule in file.Rules)
        {
            rule.Check();
        }

        return file with { Clients = [.. file.Clients.Select(WithDigest)] };
    }

    private static Client WithDigest(Client client)
    {
        if (!TrafficNames.IsName(client.Id))
        {
            throw new InvalidDataException(
                $"clients: id '{client.Id}' is not lower-case letters, digits and hyphens (at most 63)");
        }

        if (client.KeySha256.Length == 0)
        {
            return client;
        }

        return client.KeySha256.Length == 64 && client.KeySha256.All(char.IsAsciiHexDigit)
            ? client with { KeyDigest = Convert.FromHexString(client.KeySha256) }
            : throw new InvalidDataException(
                $"clients: keySha256 of '{client.Id}' is not 64 hexadecimal digits; write the SHA-256 of the key, not "
                    + "the key");
    }
}
