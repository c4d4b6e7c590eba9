using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using Pipeline.Registry.Models;
using Pipeline.Registry.Storage;

namespace Pipeline.Registry.Webhooks;

/// <summary>
/// Sends the events of models to their webhooks: in order, at least once, from where the last run stopped.
/// </summary>
/// <remarks>
/// How far a webhook got is an object in the store, so a crash repeats at most the event in flight; receivers tell
/// repeats by model and sequence. A failing receiver never holds the registry up: call <see cref="RunAsync"/> again
/// later.
/// </remarks>
public sealed class WebhookDispatcher : IDisposable
{
    /// <summary>Header with the HMAC-SHA256 of the body, <c>sha256=</c> and lower-case hexadecimal.</summary>
    public const string SignatureHeader = "X-Pipeline-Signature";

    private const string Prefix = "registry/webhooks/";

    private readonly ModelRegistry _registry;
    private readonly WebhookDestinations _destinations;
    private readonly HttpClient _client;

    /// <summary>Prepares deliveries.</summary>
    /// <param name="registry">The registry.</param>
    /// <param name="destinations">Allowed hosts.</param>
    /// <param name="timeout">Time for one delivery; null takes 10 seconds.</param>
    public WebhookDispatcher(ModelRegistry registry, WebhookDestinations destinations, TimeSpan? timeout = null) =>
        (_registry, _destinations, _client) =
            (registry, destinations, WebhookDestinations.CreateClient(timeout ?? TimeSpan.FromSeconds(10)));

    /// <summary>Registers a webhook; it hears of events from now on.</summary>
    /// <param name="webhook">The webhook; one of the same id is replaced.</param>
    /// <param name="cancellation">Stops the call.</param>
    /// <returns>A task that ends when it is stored.</returns>
    /// <exception cref="RegistryException">The destination is not allowed.</exception>
    public async Task SubscribeAsync(Webhook webhook, CancellationToken cancellation = default)
    {
        _destinations.Check(webhook.Url);
        RegistryNames.Model(webhook.Model);
        var history = await _registry.HistoryAsync(webhook.Model, cancellation);
        await WriteCursorAsync(RegistryNames.Model(webhook.Id), history.Count, cancellation);
        await _registry.Store.PutAsync(
            $"{Prefix}{webhook.Id}/hook.json", new MemoryStream(JsonObjects.ToBytes(webhook)),
            cancellation: cancellation);
    }

    /// <summary>Delivers everything that is due.</summary>
    /// <param name="cancellation">Stops the run.</param>
    /// <returns>What was done for each webhook.</returns>
    public async Task<IReadOnlyList<WebhookDelivery>> RunAsync(CancellationToken cancellation = default)
    {
        var deliveries = new List<WebhookDelivery>();
        await foreach (var info in _registry.Store.ListAsync(Prefix, cancellation: cancellation))
        {
            if (info.Key.EndsWith("/hook.json", StringComparison.Ordinal) &&
                await JsonObjects.ReadAsync<Webhook>(_registry.Store, info.Key, cancellation) is { } found)
            {
                deliveries.Add(await DeliverAsync(found.Value, cancellation));
            }
        }

        return deliveries;
    }

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();

    private async Task<WebhookDelivery> DeliverAsync(Webhook webhook, CancellationToken cancellation)
    {
        var delivered = 0;
        var cursor = await JsonObjects.ReadAsync<Cursor>(_registry.Store, CursorKey(webhook.Id), cancellation);
        foreach (var entry in (await _registry.HistoryAsync(webhook.Model, cancellation))
            .Skip(cursor?.Value.Sequence ?? 0))
        {
            if (webhook.Kinds.Count == 0 || webhook.Kinds.Contains(entry.Kind))
            {
                if (await SendAsync(webhook, entry, cancellation) is { Length: > 0 } failure)
                {
                    return new WebhookDelivery(webhook.Id, delivered, failure);
                }

                delivered++;
            }

            await WriteCursorAsync(webhook.Id, entry.Sequence, cancellation);
        }

        return new WebhookDelivery(webhook.Id, delivered, "");
    }

    // Empty for success. The answer's body is never read: nothing a receiver says matters but its status.
    private async Task<string> SendAsync(Webhook webhook, RegistryEvent entry, CancellationToken cancellation)
    {
        var body = JsonObjects.ToBytes(new
        {
            entry.Kind,
            entry.Name,
            entry.Sequence,
            entry.Subject,
            entry.From,
            entry.To,
            entry.Actor,
            entry.Reason,
            entry.At,
        });
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, _destinations.Check(webhook.Url))
            {
                Content = new ByteArrayContent(body),
            };
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            if (webhook.SecretVariable.Length > 0)
            {
                var secret = Environment.GetEnvironmentVariable(webhook.SecretVariable)
                    ?? throw new RegistryException(
                        RegistryError.Destination, $"the environment variable {webhook.SecretVariable} is not set");
                var signature = HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), body);
                request.Headers.Add(SignatureHeader, "sha256=" + Convert.ToHexStringLower(signature));
            }

            using var answer = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
            return answer.IsSuccessStatusCode
                ? "" : $"event {entry.Sequence}: the receiver answered {(int)answer.StatusCode}";
        }
        catch (Exception exception) when (exception is HttpRequestException or RegistryException
            || (exception is TaskCanceledException && !cancellation.IsCancellationRequested))
        {
            return $"event {entry.Sequence}: {exception.Message}";
        }
    }

    private static string CursorKey(string id) => $"{Prefix}{id}/cursor.json";

    private Task<ObjectInfo> WriteCursorAsync(
        string id, int sequence, CancellationToken cancellation) => _registry.Store.PutAsync(
        CursorKey(id), new MemoryStream(JsonObjects.ToBytes(new Cursor(sequence))), cancellation: cancellation);

    private sealed record Cursor(int Sequence);
}
