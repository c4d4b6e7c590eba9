using System.Text.Json;
using Pipeline.Data.Formats;

namespace Pipeline.Gateway.Api;

/// <summary>A checked request for completions; null where the client was silent.</summary>
public sealed record CompletionCall
{
    /// <summary>Whether it is a chat.</summary>
    public required bool IsChat { get; init; }

    /// <summary>Wanted model, or null.</summary>
    public string? Model { get; init; }

    /// <summary>The end user as the client names it, or null.</summary>
    public string? User { get; init; }

    /// <summary>Turns of the chat.</summary>
    public IReadOnlyList<ChatMessage> Messages { get; init; } = [];

    /// <summary>Tools as the client wrote them.</summary>
    public JsonElement? Tools { get; init; }

    /// <summary>Prompts of a plain completion: texts or token ids.</summary>
    public IReadOnlyList<PromptInput> Prompts { get; init; } = [];

    /// <summary>Whether tokens are sent as they come.</summary>
    public bool Stream { get; init; }

    /// <summary>Whether a stream ends with the usage.</summary>
    public bool IncludeUsage { get; init; }

    /// <summary>Answers for each prompt.</summary>
    public int Count { get; init; } = 1;

    /// <summary>Most new tokens.</summary>
    public int? MaxTokens { get; init; }

    /// <summary>Temperature.</summary>
    public double? Temperature { get; init; }

    /// <summary>Nucleus probability.</summary>
    public double? TopP { get; init; }

    /// <summary>Tokens kept; an extension.</summary>
    public int? TopK { get; init; }

    /// <summary>Least share of the best probability; an extension.</summary>
    public double? MinP { get; init; }

    /// <summary>Penalty on repeated tokens; an extension.</summary>
    public double? RepetitionPenalty { get; init; }

    /// <summary>Penalty on present tokens.</summary>
    public double PresencePenalty { get; init; }

    /// <summary>Penalty on frequent tokens.</summary>
    public double FrequencyPenalty { get; init; }

    /// <summary>Seed.</summary>
    public long? Seed { get; init; }

    /// <summary>Texts that end an answer.</summary>
    public IReadOnlyList<string> Stop { get; init; } = [];

    /// <summary>Tokens that end an answer; an extension.</summary>
    public IReadOnlyList<int> StopTokenIds { get; init; } = [];

    /// <summary>Whether an end-of-text token does not end the answer; an extension.</summary>
    public bool IgnoreEos { get; init; }

    /// <summary>Whether log-probabilities are wanted.</summary>
    public bool LogProbs { get; init; }

    /// <summary>Alternatives for each token.</summary>
    public int TopLogProbs { get; init; }

    /// <summary>Biases by token id.</summary>
    public IReadOnlyDictionary<int, double> LogitBias { get; init; } = new Dictionary<int, double>();

    /// <summary>Text of the last user turn, or of the first prompt: what routing rules look at.</summary>
    public string RoutingText => IsChat
        ? Messages.LastOrDefault(message => message.Role == "user")?.Content ?? ""
        : Prompts.Select(prompt => prompt.Text).FirstOrDefault() ?? "";
}

/// <summary>A prompt of a plain completion.</summary>
/// <param name="Text">The text, or null when ids are given.</param>
/// <param name="Ids">Token ids, or null when a text is given.</param>
public sealed record PromptInput(string? Text, IReadOnlyList<int>? Ids);
