using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

namespace Pipeline.Activities.Deployment;

/// <summary>Gateways of this deployment and how to speak to them.</summary>
/// <param name="addresses">Base addresses.</param>
/// <param name="adminKey">Key for what only operators may do; empty where the gateway asks for none.</param>
public sealed class GatewayConnection(IReadOnlyList<Uri> addresses, string adminKey) : IDisposable
{
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(60) };

    /// <summary>Base addresses.</summary>
    public IReadOnlyList<Uri> Addresses => addresses;

    /// <summary>Asks a gateway to read the traffic states and to bring the adapters that they name.</summary>
    /// <param name="gateway">Base address.</param>
    /// <param name="cancellation">Stops the call.</param>
    /// <returns>Version of the traffic state of each alias.</returns>
    /// <exception cref="HttpRequestException">The gateway did not answer.</exception>
    public async Task<IReadOnlyDictionary<string, long>> RefreshAsync(Uri gateway, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(gateway, "/admin/traffic/refresh"));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", adminKey);
        using var response = await _http.SendAsync(request, cancellation);
        response.EnsureSuccessStatusCode();
        var states = await response.Content.ReadFromJsonAsync<JsonElement>(cancellation);
        return states.EnumerateArray()
            .ToDictionary(state => state.GetProperty("alias").GetString() ?? "",
                state => state.GetProperty("version").GetInt64(), StringComparer.Ordinal);
    }

    /// <summary>Reads what the arms of an alias did.</summary>
    /// <param name="gateway">Base address.</param>
    /// <param name="alias">The alias.</param>
    /// <param name="cancellation">Stops the call.</param>
    /// <returns>The gateway's report.</returns>
    public async Task<JsonElement> ArmsAsync(Uri gateway, string alias, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(gateway, $"/admin/traffic/{alias}"));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", adminKey);
        using var response = await _http.SendAsync(request, cancellation);
        response.EnsureSuccessStatusCode();
        return await response.Content.ReadFromJsonAsync<JsonElement>(cancellation);
    }

    /// <summary>Unloads an adapter; one that is not loaded is unloaded already.</summary>
    /// <param name="gateway">Base address.</param>
    /// <param name="adapter">The adapter as <c>name@version</c>.</param>
    /// <param name="cancellation">Stops the call.</param>
    /// <returns>A task that ends when it is gone.</returns>
    public async Task UnloadAsync(Uri gateway, string adapter, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(gateway, "/v1/unload_lora_adapter"))
        {
            Content = JsonContent.Create(new { lora_name = adapter }),
        };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", adminKey);
        using var response = await _http.SendAsync(request, cancellation);
        if (response.StatusCode != System.Net.HttpStatusCode.NotFound)
        {
            response.EnsureSuccessStatusCode();
        }
    }

    /// <summary>Asks for one chat answer.</summary>
    /// <param name="gateway">Base address.</param>
    /// <param name="model">Name of a model, an alias or <c>name@version</c>.</param>
    /// <param name="prompt">What the user says.</param>
    /// <param name="session">Keeps one sender on one arm.</param>
    /// <param name="maxTokens">Tokens of the answer at most.</param>
    /// <param name="cancellation">Stops the call.</param>
    /// <returns>The answer; failed when the gateway did not give one.</returns>
    public async Task<GatewayAnswer> AskAsync(
        Uri gateway, string model, string prompt, string session, int maxTokens, CancellationToken cancellation)
    {
        var clock = System.Diagnostics.Stopwatch.StartNew();
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(gateway, "/v1/chat/completions"))
        {
            Content = JsonContent.Create(
                new
                {
                    model,
                    messages = new[] { new { role = "user", content = prompt } },
                    max_tokens = maxTokens,
                    temperature = 0
                }),
        };
        request.Headers.Add("X-Session-Id", session);
        try
        {
            using var response = await _http.SendAsync(request, cancellation);
            var arm = response.Headers.TryGetValues("X-Traffic-Arm", out var values) ? values.First() : "stable";
            if (!response.IsSuccessStatusCode)
            {
                return new GatewayAnswer(
                    arm, "", clock.Elapsed, Failed: true, await response.Content.ReadAsStringAsync(cancellation));
            }

            var body = await response.Content.ReadFromJsonAsync<JsonElement>(cancellation);
            var text = body.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString() ?? "";
            return new GatewayAnswer(arm, text.Trim(), clock.Elapsed, Failed: false, "");
        }
        catch (Exception exception)
            when (exception is HttpRequestException or JsonException
                || (exception is TaskCanceledException && !cancellation.IsCancellationRequested))
        {
            return new GatewayAnswer("stable", "", clock.Elapsed, Failed: true, exception.Message);
        }
    }

    /// <summary>Closes the connections.</summary>
    public void Dispose() => _http.Dispose();
}

/// <summary>An answer of a gateway.</summary>
/// <param name="Arm"><c>stable</c> or <c>candidate</c>.</param>
/// <param name="Text">The answer.</param>
/// <param name="Latency">Time until it was complete.</param>
/// <param name="Failed">Whether there was none.</param>
/// <param name="Error">What went wrong.</param>
public sealed record GatewayAnswer(string Arm, string Text, TimeSpan Latency, bool Failed, string Error);
