using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pipeline.Data.ChatTemplates;
using Pipeline.Data.Formats;
using Pipeline.Data.Tokenizers;
using Pipeline.Gateway.Api;
using Pipeline.Llm.Configuration;

namespace Pipeline.Gateway.Text;

/// <summary>The tokenizer and the chat template of a model directory.</summary>
public sealed class ModelTextCodec : ITextCodec
{
    private readonly PretrainedTokenizer _pretrained;
    private readonly ChatTemplate? _template;
    private readonly string[] _control;
    private readonly SearchValues<string> _anyControl;

    private ModelTextCodec(PretrainedTokenizer pretrained, ChatTemplate? template, IReadOnlySet<int> endTokens)
    {
        (_pretrained, _template, EndTokens) = (pretrained, template, endTokens);
        // The longest first: one token's text may be the start of another's.
        _control = [.. pretrained.Tokenizer.AddedTokens.Where(pair => pretrained.Tokenizer.IsControl(pair.Key))
            .Select(pair => pair.Value.Content).Where(text => text.Length > 0).OrderByDescending(text => text.Length)];
        _anyControl = SearchValues.Create(_control, StringComparison.OrdinalIgnoreCase);
    }

    /// <inheritdoc/>
    public IReadOnlySet<int> EndTokens { get; }

    /// <summary>Reads a model directory.</summary>
    /// <param name="directory">A directory in Hugging Face layout.</param>
    /// <returns>The codec; without a chat template it refuses chats.</returns>
    /// <exception cref="InvalidDataException">A file is malformed.</exception>
    public static ModelTextCodec Load(string directory)
    {
        var pretrained = PretrainedTokenizer.Load(directory);
        var template = pretrained.ChatTemplates.TryGetValue("default", out var source)
            ? ChatTemplate.Parse(source) : null;
        var ends = GenerationDefaults.Read(directory).EosTokenIds ?? ModelConfigReader.Read(directory).EosTokenIds;
        var own = pretrained.SpecialTokenId("eos_token");
        return new ModelTextCodec(pretrained, template, new HashSet<int>(own is { } id ? ends.Append(id) : ends));
    }

    /// <inheritdoc/>
    public int[] Encode(string text) =>
        _pretrained.Tokenizer.Encode(text, addSpecialTokens: true, AddedTokenParsing.UserText);

    /// <inheritdoc/>
    public int[] EncodeChat(IReadOnlyList<ChatMessage> messages, JsonElement? tools)
    {
        if (_template is null)
        {
            throw new ApiException(
                400, "no_chat_template", "this model has no chat template; use /v1/completions", "messages");
        }

        // Nearly every chat spells no control token and goes to the template as it is.
        var mark = messages.All(IsPlain) ? null : $"\uE000{RandomNumberGenerator.GetHexString(16)}:";
        try
        {
            var turns = mark is null ? ChatRequest.Of(messages) : ChatRequest.OfJson(
                JsonSerializer.SerializeToElement(messages.Select(message => Turn(message, mark))));
            var request = turns with
            {
                AddGenerationPrompt = true,
                Tools = tools,
                SpecialTokens = _pretrained.SpecialTokens,
            };
            return EncodeParts(_template.Render(request).Text, mark);
        }
        catch (ChatTemplateException exception)
        {
            throw new ApiException(400, "chat_template_error",
                $"the chat template refuses these messages: {exception.Reason}", "messages");
        }
    }

    /// <inheritdoc/>
    public StreamingDecoder CreateDecoder() => _pretrained.Tokenizer.CreateStreamingDecoder();

    /// <inheritdoc/>
    public string TokenText(int id) => _pretrained.Tokenizer.Decode([id], skipSpecialTokens: false);

    // A tokenizer may fold case or compatibility characters before it looks for its tokens, and two texts side by side
    // may spell one together.
    private bool IsPlain(ChatMessage message) => message is { ToolCalls: null, Name: null, ToolCallId: null }
        && Ascii.IsValid(message.Content) && !message.Content.AsSpan().ContainsAny(_anyControl);

    // Content is always there, if only as an empty text: templates read it without asking.
    private JsonObject Turn(ChatMessage message, string mark)
    {
        var turn = new JsonObject { ["role"] = message.Role, ["content"] = Hide(message.Content, mark) };
        if (message.Name is { } name)
        {
            turn["name"] = Hide(name, mark);
        }

        if (message.ToolCallId is { } call)
        {
            turn["tool_call_id"] = Hide(call, mark);
        }

        if (message.ToolCalls is { } calls)
        {
            turn["tool_calls"] = HideAll(calls, mark);
        }

        return turn;
    }

    private JsonNode? HideAll(JsonElement value, string mark) => value.ValueKind switch
    {
        JsonValueKind.Object =>
            new JsonObject(value.EnumerateObject()
                .Select(member => KeyValuePair.Create(Hide(member.Name, mark), HideAll(member.Value, mark)))),
        JsonValueKind.Array => new JsonArray([.. value.EnumerateArray().Select(item => HideAll(item, mark))]),
        JsonValueKind.String => Hide(value.GetString() ?? "", mark),
        _ => JsonNode.Parse(value.GetRawText()),
    };

    // Text that spells a control token goes through the template as a mark and comes back as ordinary text.
    private string Hide(string content, string mark)
    {
        for (var i = 0; i < _control.Length; i++)
        {
            content = content.Replace(_control[i], $"{mark}{i}\uE001", StringComparison.Ordinal);
        }

        return content;
    }

    private int[] EncodeParts(string text, string? mark)
    {
        var tokenizer = _pretrained.Tokenizer;
        if (mark is null || !text.Contains(mark, StringComparison.Ordinal))
        {
            return tokenizer.Encode(text, addSpecialTokens: false);
        }

        var ids = new List<int>();
        var parts = text.Split(mark);
        ids.AddRange(tokenizer.Encode(parts[0], addSpecialTokens: false));
        foreach (var part in parts.Skip(1))
        {
            var end = part.IndexOf('\uE001', StringComparison.Ordinal);
            ids.AddRange(
                tokenizer.Encode(
                    _control[int.Parse(part.AsSpan(0, end))], addSpecialTokens: false, AddedTokenParsing.UserText));
            ids.AddRange(tokenizer.Encode(part[(end + 1)..], addSpecialTokens: false));
        }

        return [.. ids];
    }
}
