using Pipeline.Data.Formats;

namespace Pipeline.Gateway.Chat;

/// <summary>Whoever answers in <c>./pipeline chat</c>.</summary>
internal interface IChatPartner : IAsyncDisposable
{
    /// <summary>What to call it.</summary>
    string Name { get; }

    /// <summary>Answers a conversation.</summary>
    /// <returns>Pieces of the answer as they come.</returns>
    IAsyncEnumerable<string> AnswerAsync(IReadOnlyList<ChatMessage> messages, CancellationToken cancellation);
}
