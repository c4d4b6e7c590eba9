using System.Net.Http.Headers;
using System.Text.Json;
using Pipeline.Evaluation.Harness;

namespace Pipeline.Evaluation.Judge;

/// <summary>A model behind an OpenAI-compatible endpoint, such as the product's own gateway.</summary>
/// <param name="client">Client with the base address (ending in <c>/v1/</c>) and, where needed, the authorization
/// header.</param>
/// <param name="model">Id of the model.</param>
/// <param name="maxTokens">Most tokens of an answer.</param>
public sealed class OpenAiChatModel(HttpClient client, string model, int maxTokens = 1024) : IChatModel
{
    /// <inheritdoc/>
    public string Id => model;

    /// <inheritdoc/>
    public async Task<string> ReplyAsync(IReadOnlyList<ChatTurn> turns, CancellationToken cancellationToken)
    {
        var body = new
        {
            model,
            temperature = 0,
            max_tokens = maxTokens,
            messages = turns.Select(turn => new { role = turn.Role, content = turn.Content })
        };

        // With a stated length: simple servers do not read chunked bodies.
        using var content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(body, JsonSerializerOptions.Web));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var response = await SendAsync(content, cancellationToken);
        var text = await response.Content.ReadAsStringAsync(cancellationToken);
        if (!response.IsSuccessStatusCode)
        {
            throw new HttpRequestException(
                $"{client.BaseAddress}chat/completions answered {(int)response.StatusCode} for model '{model}'", null,
                response.StatusCode);
        }

        try
        {
            using var document = JsonDocument.Parse(text);
            return document.RootElement.GetProperty("choices")[0].GetProperty("message").GetProperty("content")
                .GetString() ?? "";
        }
        catch (Exception exception)
            when (exception is JsonException or KeyNotFoundException or InvalidOperationException
                or IndexOutOfRangeException)
        {
            throw new HttpRequestException(
                $"{client.BaseAddress}chat/completions gave no chat completion for model '{model}': "
                    + $"{exception.Message}", exception);
        }
    }

    private async Task<HttpResponseMessage> SendAsync(HttpContent content, CancellationToken cancellationToken)
    {
        try
        {
            return await client.PostAsync("chat/completions", content, cancellationToken);
        }
        catch (HttpRequestException exception)
        {
            throw new HttpRequestException(
                $"{client.BaseAddress}chat/completions cannot be reached for model '{model}': "
                    + $"{(exception.InnerException ?? exception).Message}", exception);
        }
    }
}
