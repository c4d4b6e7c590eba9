using System.Net.Http.Headers;
using Pipeline.Evaluation.Harness;
using Pipeline.Evaluation.Judge;
using Pipeline.Evaluation.Results;
using Pipeline.Llm.Models;

namespace Pipeline.Tools.Evaluate;

/// <summary>
/// A model that answers conversations: a directory, or <c>URL#NAME</c> of an OpenAI-compatible endpoint.
/// </summary>
internal sealed class ChatTarget : IDisposable
{
    private const string KeyVariable = "OPENAI_API_KEY";
    private readonly ModelUnderTest? _local;
    private readonly HttpClient? _client;

    private ChatTarget(IChatModel chat, ModelIdentity identity, ModelUnderTest? local, HttpClient? client) =>
        (Chat, Identity, _local, _client) = (chat, identity, local, client);

    public IChatModel Chat { get; }

    public ModelIdentity Identity { get; }

    public static ChatTarget Open(string target, string? adapter, int maxTokens, ModelLoadOptions options)
    {
        if (!target.StartsWith("http", StringComparison.Ordinal))
        {
            var local = ModelUnderTest.Open(target, adapter, options);
            return new ChatTarget(new LocalChatModel(local, maxTokens), local.Identity, local, null);
        }

        if (target.Split('#') is not [var url, { Length: > 0 } name]
            || !Uri.TryCreate(url.TrimEnd('/') + "/", UriKind.Absolute, out var address))
        {
            throw new ArgumentException(
                $"'{target}' is no endpoint; write URL#MODEL, for example http://127.0.0.1:8088/v1#assistant",
                nameof(target));
        }

        var client = new HttpClient { BaseAddress = address, Timeout = TimeSpan.FromMinutes(5) };
        if (Environment.GetEnvironmentVariable(KeyVariable) is { Length: > 0 } key)
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        return new ChatTarget(new OpenAiChatModel(client, name, maxTokens),
            new ModelIdentity { BaseModel = target, Precision = "unknown", Name = name }, null, client);
    }

    public void Dispose()
    {
        _local?.Dispose();
        _client?.Dispose();
    }
}
