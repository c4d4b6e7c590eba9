using System.Globalization;
using System.Text.Json;

namespace Pipeline.Gateway.Api;

/// <summary>Reads and checks the body of a completion request.</summary>
public static class RequestReader
{
    /// <summary>Reads a JSON object within the limits.</summary>
    /// <param name="context">The request.</param>
    /// <returns>The object.</returns>
    /// <exception cref="ApiException">The body is compressed, malformed, too deep or not an object.</exception>
    public static async Task<JsonElement> ReadBodyAsync(HttpContext context)
    {
        var request = context.Request;
        if (request.Headers.ContentEncoding.Count > 0 && request.Headers.ContentEncoding != "identity")
        {
            throw new ApiException(415, "unsupported_encoding", "send the body without Content-Encoding");
        }

        if (!request.HasJsonContentType())
        {
            throw new ApiException(415, "unsupported_media_type", "send Content-Type: application/json");
        }

        try
        {
            var options = new JsonDocumentOptions { MaxDepth = ApiLimits.Depth, AllowDuplicateProperties = false };
            using var document = await JsonDocument.ParseAsync(request.Body, options, context.RequestAborted);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? document.RootElement.Clone()
                : throw new ApiException(400, "invalid_json", "the body must be a JSON object");
        }
        catch (JsonException exception)
        {
            throw new ApiException(400, "invalid_json", $"the body is not acceptable JSON: {exception.Message}");
        }
    }

    /// <summary>Reads a call from a body; text that is not Unicode is the client's error.</summary>
    /// <param name="body">The object.</param>
    /// <param name="read">Reads it.</param>
    /// <returns>The call.</returns>
    /// <exception cref="ApiException">A field is unknown, out of range or not Unicode.</exception>
    internal static T Read<T>(JsonElement body, Func<JsonElement, T> read)
    {
        try
        {
            return read(body);
        }
        catch (InvalidOperationException exception)
        {
            throw new ApiException(
                400, "invalid_json", $"the body holds text that is not well-formed Unicode: {exception.Message}");
        }
    }

    /// <summary>Checks a chat request.</summary>
    /// <param name="body">The object.</param>
    /// <returns>The call.</returns>
    /// <exception cref="ApiException">A field is unknown or out of range.</exception>
    public static CompletionCall ReadChat(JsonElement body)
    {
        var fields = new RequestFields(body);
        var call = ReadCommon(fields, isChat: true) with
        {
            Messages = MessageFields.Read(fields.Get("messages")),
            Tools = Tools(fields),
            LogProbs = fields.Flag("logprobs"),
            TopLogProbs = (int)(fields.Whole("top_logprobs", 0, ApiLimits.TopLogProbs) ?? 0),
            MaxTokens =
                (int?)(fields.Whole("max_completion_tokens", 1, 1 << 20) ?? fields.Whole("max_tokens", 1, 1 << 20)),
        };
        if (call is { TopLogProbs: > 0, LogProbs: false })
        {
            throw ApiException.BadField("top_logprobs", "needs logprobs: true");
        }

        fields.Ignore("max_tokens", "tool_choice", "parallel_tool_calls", "response_format", "reasoning_effort",
            "modalities", "prediction", "verbosity");
        fields.RefuseUnknown();
        return call;
    }

    /// <summary>Checks a plain completion request.</summary>
    /// <param name="body">The object.</param>
    /// <returns>The call.</returns>
    /// <exception cref="ApiException">A field is unknown or out of range.</exception>
    public static CompletionCall ReadCompletion(JsonElement body)
    {
        var fields = new RequestFields(body);
        var top = fields.Whole("logprobs", 0, ApiLimits.TopLogProbs);
        var call = ReadCommon(fields, isChat: false) with
        {
            Prompts = Prompts(fields.Get("prompt"), "prompt"),
            LogProbs = top is not null,
            TopLogProbs = (int)(top ?? 0),
            MaxTokens = (int)(fields.Whole("max_tokens", 1, 1 << 20) ?? 16),
        };
        if (fields.Flag("echo") || fields.Get("suffix") is not null)
        {
            throw ApiException.BadField("echo", "and suffix are not supported");
        }

        fields.Ignore("best_of");
        fields.RefuseUnknown();
        return call;
    }

    private static CompletionCall ReadCommon(RequestFields fields, bool isChat)
    {
        fields.Ignore("store", "metadata", "service_tier", "prompt_cache_key");
        var streamOptions = fields.Get("stream_options");
        return new CompletionCall
        {
            IsChat = isChat,
            Model = fields.Text("model", ApiLimits.ModelLength),
            User = fields.Text("safety_identifier", ApiLimits.UserLength) ?? fields.Text("user", ApiLimits.UserLength),
            Stream = fields.Flag("stream"),
            IncludeUsage = streamOptions is { ValueKind: JsonValueKind.Object } options
                && options.TryGetProperty("include_usage", out var include) && include.ValueKind == JsonValueKind.True,
            Count = (int)(fields.Whole("n", 1, ApiLimits.Choices) ?? 1),
            Temperature = fields.Number("temperature", 0, 2),
            TopP = fields.Number("top_p", 1e-6, 1),
            TopK = (int?)fields.Whole("top_k", 0, 1 << 20),
            MinP = fields.Number("min_p", 0, 1),
            RepetitionPenalty = fields.Number("repetition_penalty", 0.01, 100),
            PresencePenalty = fields.Number("presence_penalty", -2, 2) ?? 0,
            FrequencyPenalty = fields.Number("frequency_penalty", -2, 2) ?? 0,
            Seed = fields.Whole("seed", long.MinValue, long.MaxValue),
            Stop = Stops(fields.Get("stop")),
            StopTokenIds = fields.Ids("stop_token_ids", ApiLimits.Biases),
            IgnoreEos = fields.Flag("ignore_eos"),
            LogitBias = Biases(fields.Get("logit_bias")),
        };
    }

    private static IReadOnlyList<string> Stops(JsonElement? stop)
    {
        IReadOnlyList<JsonElement> items = stop switch
        {
            null => [],
            { ValueKind: JsonValueKind.Array } array
                when array.GetArrayLength() <= ApiLimits.Stops => [.. array.EnumerateArray()],
            { ValueKind: JsonValueKind.String } one => [one],
            _ => throw ApiException.BadField("stop", $"must be a string or a list of at most {ApiLimits.Stops}"),
        };
        return [.. items.Select(item => item.ValueKind == JsonValueKind.String
            && item.GetString() is { Length: > 0 and <= ApiLimits.StopLength } text
            ? text
            : throw ApiException.BadField("stop", $"must hold strings of 1 to {ApiLimits.StopLength} characters"))];
    }

    private static Dictionary<int, double> Biases(JsonElement? biases)
    {
        var result = new Dictionary<int, double>();
        if (biases is not { } value)
        {
            return result;
        }

        if (value.ValueKind != JsonValueKind.Object || value.EnumerateObject().Count() > ApiLimits.Biases)
        {
            throw ApiException.BadField("logit_bias", $"must be an object of at most {ApiLimits.Biases} token ids");
        }

        foreach (var entry in value.EnumerateObject())
        {
            if (!int.TryParse(entry.Name, NumberStyles.None, CultureInfo.InvariantCulture, out var id)
                || entry.Value.ValueKind != JsonValueKind.Number || entry.Value.GetDouble() is not (>= -100 and <= 100))
            {
                throw ApiException.BadField("logit_bias", "must map token ids to numbers from -100 to 100");
            }

            result[id] = entry.Value.GetDouble();
        }

        return result;
    }

    private static JsonElement? Tools(RequestFields fields)
    {
        if (fields.Get("tools") is not { } tools)
        {
            return null;
        }

        if (tools.ValueKind != JsonValueKind.Array || tools.GetArrayLength() > ApiLimits.Tools
            || tools.EnumerateArray().Any(tool => tool.ValueKind != JsonValueKind.Object
                || !tool.TryGetProperty("function", out var function) || function.ValueKind != JsonValueKind.Object
                || !function.TryGetProperty("name", out var name) || name.ValueKind != JsonValueKind.String))
        {
            throw ApiException.BadField("tools", $"must be a list of at most {ApiLimits.Tools} functions with a name");
        }

        // A client that asks for no tool call wants the template without tools.
        var choice = fields.Get("tool_choice");
        return tools.GetArrayLength() == 0
            || (choice is { ValueKind: JsonValueKind.String } text && text.GetString() == "none") ? null : tools;
    }

    /// <summary>Reads a field that holds a text, token ids, or a list of these.</summary>
    /// <param name="prompt">The value.</param>
    /// <param name="field">Name of the field.</param>
    /// <returns>The texts.</returns>
    /// <exception cref="ApiException">It is none of these, or too long.</exception>
    internal static IReadOnlyList<PromptInput> Prompts(JsonElement? prompt, string field)
    {
        switch (prompt)
        {
            case { ValueKind: JsonValueKind.String } text:
                return [new PromptInput(text.GetString(), null)];
            case { ValueKind: JsonValueKind.Array } array when array.GetArrayLength() > 0:
                if (RequestFields.TryIds(array) is { } ids)
                {
                    return [new PromptInput(null, ids)];
                }

                if (array.GetArrayLength() <= ApiLimits.Prompts)
                {
                    return [.. array.EnumerateArray().Select(item => One(item, field))];
                }

                break;
            default:
                break;
        }

        throw ApiException.BadField(
            field, $"must be a string, a list of token ids, or a list of at most {ApiLimits.Prompts} of these");
    }

    private static PromptInput One(JsonElement item, string field) => item.ValueKind switch
    {
        JsonValueKind.String => new PromptInput(item.GetString(), null),
        JsonValueKind.Array when RequestFields.TryIds(item) is { Length: > 0 } ids => new PromptInput(null, ids),
        _ => throw ApiException.BadField(field, "holds something that is neither a string nor a list of token ids"),
    };
}
