using System.Security.Cryptography;
using Pipeline.Data.Formats;
using Pipeline.Gateway.Api;
using Pipeline.Gateway.Routing;
using Pipeline.Gateway.Text;
using Pipeline.Llm.Configuration;
using Pipeline.Llm.Generation;

namespace Pipeline.Gateway.Serving;

/// <summary>Turns a checked request into the answers to generate.</summary>
/// <param name="codec">Text to tokens.</param>
/// <param name="engine">Limits of the model.</param>
/// <param name="defaults">What the model asks for where client and arm are silent.</param>
public sealed class PlanMaker(ITextCodec codec, IGenerationEngine engine, GenerationDefaults defaults)
{
    /// <summary>Makes the plans of a request: for each prompt, as many answers as asked for.</summary>
    /// <param name="call">The request.</param>
    /// <param name="flow">What answers.</param>
    /// <param name="clientId">Id of the client.</param>
    /// <param name="arrived">When the request arrived.</param>
    /// <returns>The plans in the order of the response.</returns>
    /// <exception cref="ApiException">A prompt is empty or does not fit the context, or an id is outside the
    /// vocabulary.</exception>
    public IReadOnlyList<CompletionPlan> Make(CompletionCall call, ResolvedFlow flow, string clientId, long arrived)
    {
        var prompts = call.IsChat ? [codec.EncodeChat(WithSystemPrompt(call.Messages, flow), call.Tools)]
            : call.Prompts.Select(Encode).ToList();
        var plans = new List<CompletionPlan>();
        foreach (var prompt in prompts)
        {
            CheckLength(prompt, call);
            for (var choice = 0; choice < call.Count; choice++)
            {
                plans.Add(new CompletionPlan
                {
                    Call = call,
                    Flow = flow,
                    ClientId = clientId,
                    Prompt = prompt,
                    Index = plans.Count,
                    Arrived = arrived,
                    Sampling = Sampling(call, flow, prompt.Length, choice),
                });
            }
        }

        return plans;
    }

    private static IReadOnlyList<ChatMessage> WithSystemPrompt(
        IReadOnlyList<ChatMessage> messages, ResolvedFlow flow) =>
        flow.Settings?.SystemPrompt is { } prompt && messages[0].Role != "system"
            ? [new ChatMessage("system", prompt), .. messages] : messages;

    private int[] Encode(PromptInput prompt)
    {
        if (prompt.Ids?.FirstOrDefault(id => id >= engine.VocabularySize) is { } bad && bad >= engine.VocabularySize)
        {
            throw ApiException.BadField("prompt", $"holds token {bad}; the vocabulary has {engine.VocabularySize}");
        }

        // The record holds either ids or a text.
        return prompt.Ids is { } ids ? [.. ids] : codec.Encode(prompt.Text!);
    }

    private void CheckLength(int[] prompt, CompletionCall call)
    {
        if (prompt.Length == 0)
        {
            throw ApiException.BadField(call.IsChat ? "messages" : "prompt", "has no tokens");
        }

        if (prompt.Length >= engine.ContextLength
            || (call.MaxTokens is { } wanted && wanted + (long)prompt.Length > engine.ContextLength
                && wanted > engine.ContextLength))
        {
            throw new ApiException(
                400, "context_length_exceeded",
                $"the context has {engine.ContextLength} tokens; the prompt has {prompt.Length} and "
                    + $"{call.MaxTokens ?? 1} more are asked for",
                prompt.Length >= engine.ContextLength ? (call.IsChat ? "messages" : "prompt") : "max_tokens");
        }
    }

    private SamplingOptions Sampling(CompletionCall call, ResolvedFlow flow, int promptLength, int choice)
    {
        var temperature = call.Temperature ?? flow.Settings?.Temperature
            ?? (defaults.DoSample == false ? 0 : defaults.Temperature ?? 1);
        if (call.LogitBias.Keys.Concat(call.StopTokenIds).Where(id => id >= engine.VocabularySize)
            .Select(id => (int?)id).FirstOrDefault() is { } outside)
        {
            throw ApiException.BadField("logit_bias",
                $"or stop_token_ids names token {outside}; the vocabulary has {engine.VocabularySize}");
        }

        return new SamplingOptions
        {
            Temperature = temperature,
            TopK = call.TopK ?? defaults.TopK ?? 0,
            TopP = call.TopP ?? flow.Settings?.TopP ?? defaults.TopP ?? 1,
            MinP = call.MinP ?? defaults.MinP ?? 0,
            RepetitionPenalty = call.RepetitionPenalty ?? defaults.RepetitionPenalty ?? 1,
            PresencePenalty = call.PresencePenalty,
            FrequencyPenalty = call.FrequencyPenalty,
            LogitBias = call.LogitBias,
            // Answers of one request differ although they share the seed.
            Seed = call.Seed is { } seed ? unchecked((ulong)seed + ((ulong)choice * 0x9E3779B97F4A7C15))
                : BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(8)),
            MaxTokens = Math.Min(call.MaxTokens ?? int.MaxValue, engine.ContextLength - promptLength),
            StopTokens = call is { IgnoreEos: false, StopTokenIds.Count: 0 } ? codec.EndTokens
                : new HashSet<int>(call.IgnoreEos ? call.StopTokenIds : codec.EndTokens.Concat(call.StopTokenIds)),
            TopLogProbs = call.TopLogProbs,
        };
    }
}
