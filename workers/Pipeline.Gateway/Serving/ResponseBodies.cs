using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pipeline.Gateway.Text;
using Pipeline.Llm.Generation;

namespace Pipeline.Gateway.Serving;

/// <summary>The JSON of answers, in OpenAI's form.</summary>
/// <param name="codec">Text of tokens, for log-probabilities.</param>
public sealed class ResponseBodies(ITextCodec codec)
{
    /// <summary>A whole answer, or one event of a stream.</summary>
    /// <param name="head">Id, model and kind of the request.</param>
    /// <param name="choices">The choices.</param>
    /// <param name="usage">The usage, or null.</param>
    /// <param name="chunk">Whether it is an event of a stream.</param>
    /// <returns>The object.</returns>
    public static JsonObject Envelope(ResponseHead head, IEnumerable<JsonObject> choices, JsonObject? usage, bool chunk)
    {
        var body = new JsonObject
        {
            ["id"] = head.Id,
            ["object"] = head.IsChat ? (chunk ? "chat.completion.chunk" : "chat.completion") : "text_completion",
            ["created"] = head.Created,
            ["model"] = head.Model,
            ["system_fingerprint"] = head.Fingerprint,
            ["choices"] = new JsonArray([.. choices]),
        };
        if (usage is not null)
        {
            body["usage"] = usage;
        }

        return body;
    }

    /// <summary>The usage of a request.</summary>
    /// <param name="promptTokens">Tokens of the prompts.</param>
    /// <param name="outcomes">Its answers.</param>
    /// <returns>The object.</returns>
    public static JsonObject Usage(int promptTokens, IReadOnlyCollection<ChoiceOutcome> outcomes)
    {
        var answers = outcomes.Sum(outcome => outcome.Tokens);
        return new JsonObject
        {
            ["prompt_tokens"] = promptTokens,
            ["completion_tokens"] = answers,
            ["total_tokens"] = promptTokens + answers,
            ["prompt_tokens_details"] = new JsonObject
            {
                ["cached_tokens"] = outcomes.Count == 0 ? 0 : outcomes.Max(outcome => outcome.CachedTokens),
            },
        };
    }

    /// <summary>A finished choice.</summary>
    /// <param name="plan">Its plan.</param>
    /// <param name="text">Its text.</param>
    /// <param name="tokens">Its tokens.</param>
    /// <param name="finish">Why it ended.</param>
    /// <returns>The object.</returns>
    public JsonObject Choice(CompletionPlan plan, string text, IReadOnlyList<GeneratedToken> tokens, string finish)
    {
        var choice = new JsonObject
        {
            ["index"] = plan.Index,
            ["logprobs"] = plan.Call.LogProbs ? LogProbs(plan, tokens, 0) : null,
        };
        if (!plan.Call.IsChat)
        {
            choice["text"] = text;
            choice["finish_reason"] = finish;
            return choice;
        }

        var (content, calls) = plan.Call.Tools is null ? (text, []) : ToolCallParser.Parse(text);
        var message = new JsonObject
        {
            ["role"] = "assistant",
            ["content"] = calls.Count > 0 && content.Length == 0
                ? null : content,
            ["refusal"] = null,
        };
        if (calls.Count > 0)
        {
            message["tool_calls"] = ToolCalls(calls, withIndex: false);
        }

        choice["message"] = message;
        choice["finish_reason"] = calls.Count > 0 ? "tool_calls" : finish;
        return choice;
    }

    /// <summary>A choice inside an event of a stream.</summary>
    /// <param name="plan">Its plan.</param>
    /// <param name="piece">New text and tokens.</param>
    /// <param name="first">Whether it is the choice's first event.</param>
    /// <param name="textBefore">Characters given out before.</param>
    /// <returns>The object.</returns>
    public JsonObject Delta(CompletionPlan plan, ChoicePiece piece, bool first, int textBefore)
    {
        var choice = new JsonObject
        {
            ["index"] = plan.Index,
            ["logprobs"] = plan.Call.LogProbs && piece.Tokens.Count > 0
                ? LogProbs(plan, piece.Tokens, textBefore) : null,
            ["finish_reason"] = piece.Finish,
        };
        if (!plan.Call.IsChat)
        {
            choice["text"] = piece.Text;
            return choice;
        }

        var delta = new JsonObject();
        if (first)
        {
            delta["role"] = "assistant";
        }

        if (piece.Finish is not null && plan.Call.Tools is not null
            && ToolCallParser.Parse(piece.Text) is { Calls.Count: > 0 } parsed)
        {
            delta["tool_calls"] = ToolCalls(parsed.Calls, withIndex: true);
            choice["finish_reason"] = "tool_calls";
        }
        else if (piece.Text.Length > 0 || first)
        {
            delta["content"] = piece.Text;
        }

        choice["delta"] = delta;
        return choice;
    }

    private static JsonArray ToolCalls(IReadOnlyList<ToolCall> calls, bool withIndex) => new(
        [.. calls.Select((call, index) =>
    {
        var item = new JsonObject
        {
            ["id"] = $"call_{Guid.NewGuid():N}",
            ["type"] = "function",
            ["function"] = new JsonObject { ["name"] = call.Name, ["arguments"] = call.Arguments },
        };
        if (withIndex)
        {
            item["index"] = index;
        }

        return (JsonNode)item;
    })]);

    private JsonObject LogProbs(CompletionPlan plan, IReadOnlyList<GeneratedToken> tokens, int offset)
    {
        if (plan.Call.IsChat)
        {
            return new JsonObject
            {
                ["content"] = new JsonArray([.. tokens.Select(token =>
                {
                    var item = Entry(token.Id, token.LogProb);
                    item["top_logprobs"] =
                        new JsonArray([.. token.Top.Select(top => (JsonNode)Entry(top.Id, top.LogProb))]);
                    return (JsonNode)item;
                })]),
                ["refusal"] = null,
            };
        }

        var (texts, logProbs, tops, offsets) = (new JsonArray(), new JsonArray(), new JsonArray(), new JsonArray());
        foreach (var token in tokens)
        {
            var text = codec.TokenText(token.Id);
            texts.Add((JsonNode)text);
            logProbs.Add((JsonNode)token.LogProb);
            offsets.Add((JsonNode)offset);
            offset += text.Length;
            var top = new JsonObject();
            foreach (var entry in token.Top)
            {
                top[codec.TokenText(entry.Id)] = entry.LogProb;
            }

            tops.Add((JsonNode)top);
        }

        return new JsonObject
        {
            ["tokens"] = texts,
            ["token_logprobs"] = logProbs,
            ["top_logprobs"] = tops,
            ["text_offset"] = offsets,
        };
    }

    private JsonObject Entry(int id, double logProb)
    {
        var text = codec.TokenText(id);
        return new JsonObject
        {
            ["token"] = text,
            ["logprob"] = logProb,
            ["bytes"] = JsonSerializer.SerializeToNode(Encoding.UTF8.GetBytes(text).Select(value => (int)value)),
        };
    }
}

/// <summary>What every event of a response repeats.</summary>
/// <param name="Id">Id of the response.</param>
/// <param name="IsChat">Whether it is a chat.</param>
/// <param name="Created">Unix time, seconds.</param>
/// <param name="Model">Model as asked for.</param>
/// <param name="Fingerprint">Identifies base and adapter.</param>
public sealed record ResponseHead(string Id, bool IsChat, long Created, string Model, string Fingerprint);
