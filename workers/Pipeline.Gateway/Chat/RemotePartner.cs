using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Pipeline.Data.Formats;
using Pipeline.Llm.Generation;

namespace Pipeline.Gateway.Chat;

/// <summary>A model behind an OpenAI-compatible address.</summary>
internal sealed class RemotePartner : IChatPartner
{
    private readonly HttpClient _client = new() { Timeout = Timeout.InfiniteTimeSpan };
    private readonly Uri _address;
    private readonly SamplingOptions _sampling;

    public RemotePartner(string url, string model, string? key, SamplingOptions sampling)
    {
        (_address, Name, _sampling) = (new Uri(url.TrimEnd('/') + "/chat/completions"), model, sampling);
        if (key is not null)
        {
            _client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        }
    }

    public string Name { get; }

    public async IAsyncEnumerable<string> AnswerAsync(
        IReadOnlyList<ChatMessage> messages, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, _address);
        request.Content = JsonContent.Create(new
        {
            model = Name,
            stream = true,
            temperature = _sampling.Temperature,
            max_tokens = _sampling.MaxTokens,
            messages = messages.Select(message => new { role = message.Role, content = message.Content }),
        });
        using var response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
        if (!response.IsSuccessStatusCode)
        {
            var problem =
                $"{_address} answered {(int)response.StatusCode}: "
                    + $"{Reason(await response.Content.ReadAsStringAsync(cancellation))}";
            throw (int)response.StatusCode switch
            {
                401 or 403 => new UnauthorizedAccessException(problem),
                >= 400 and < 500 and not 429 => new InvalidDataException(problem),
                _ => new HttpRequestException(problem),
            };
        }

        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(cancellation));
        while (await reader.ReadLineAsync(cancellation) is { } line)
        {
            if (line.StartsWith("data: {", StringComparison.Ordinal) && Content(line[6..]) is { } text)
            {
                yield return text;
            }
        }
    }

    public ValueTask DisposeAsync()
    {
        _client.Dispose();
        return ValueTask.CompletedTask;
    }

    private static string Reason(string body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            return document.RootElement.GetProperty("error").GetProperty("message").GetString() ?? body;
        }
        catch (Exception exception)
            when (exception is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return body[..Math.Min(500, body.Length)];
        }
    }

    private static string? Content(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.TryGetProperty("choices", out var choices) && choices.GetArrayLength() > 0
            && choices[0].TryGetProperty("delta", out var delta) && delta.TryGetProperty("content", out var content)
            ? content.GetString() : null;
    }
}
