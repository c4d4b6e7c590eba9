using System.Text.Json;

namespace Pipeline.Data.Formats;

/// <summary>Reads preference rows: two answers, with a prompt of their own or with one that both start with.</summary>
/// <remarks>
/// Without a prompt, the whole words that both texts share are the prompt; of lists, the messages that both share. TRL
/// cuts texts where the characters differ first, which would put half a word into the prompt; its token ids are the
/// same where the tokens differ first.
/// </remarks>
internal static class PreferenceReader
{
    public static CanonicalRow Read(JsonElement row, string id)
    {
        var (chosen, rejected) = (Answer(row, "chosen"), Answer(row, "rejected"));
        if (chosen.ValueKind != rejected.ValueKind)
            throw new RowFaultException(
                "E-SCHEMA-PREFERENCE", "'chosen' and 'rejected' are not both texts or both lists of messages");
        var hasPrompt = row.TryGetProperty("prompt", out var prompt) && prompt.ValueKind != JsonValueKind.Null;
        if (hasPrompt && prompt.ValueKind != chosen.ValueKind)
            throw new RowFaultException(
                "E-SCHEMA-PREFERENCE", "'prompt' and 'chosen' are not both texts or both lists of messages");
        var pair = chosen.ValueKind == JsonValueKind.String
            ? Texts(hasPrompt ? prompt.GetString() : null, chosen, rejected, id)
            : Chats(hasPrompt ? prompt : null, chosen, rejected, RowConverter.Tools(row), id);
        return new CanonicalRow(id, DataFormat.Preference, null, null) { Preference = pair };
    }

    private static JsonElement Answer(JsonElement row, string name)
    {
        if (!row.TryGetProperty(name, out var value))
            throw new RowFaultException("E-SCHEMA-FIELD", $"'{name}' is missing");
        return value.ValueKind is JsonValueKind.String or JsonValueKind.Array
            ? value : throw new RowFaultException("E-SCHEMA-FIELD", $"'{name}' is neither text nor a list of messages");
    }

    private static PreferencePair Texts(string? prompt, JsonElement chosen, JsonElement rejected, string id)
    {
        var (good, bad) = (chosen.GetString() ?? string.Empty, rejected.GetString() ?? string.Empty);
        if (prompt is null)
        {
            var shared = Shared(good, bad);
            (prompt, good, bad) = (good[..shared], good[shared..], bad[shared..]);
        }

        // Tokenizers join a space with the word behind it, so a space at the end of the prompt is the answers'.
        var spaces = prompt.Length - prompt.TrimEnd(' ').Length;
        (prompt, good, bad) = (prompt[..^spaces], prompt[^spaces..] + good, prompt[^spaces..] + bad);
        EnsureDifferent(good == bad);
        CanonicalRow Row(string answer, string name) =>
            RowConverter.PromptAndText(id, prompt, answer.Length > spaces
                ? answer : throw new RowFaultException("E-SCHEMA-EMPTY", $"the answer of '{name}' is empty"));
        return new PreferencePair(Row(good, "chosen"), Row(bad, "rejected"));
    }

    /// <summary>
    /// Length of the whole words that both texts start with; a space behind them belongs to the answers.
    /// </summary>
    private static int Shared(string good, string bad)
    {
        var shared = good.AsSpan(0, good.AsSpan().CommonPrefixLength(bad));
        var space = shared.LastIndexOfAny(" \n\t");
        return space < 0 ? 0 : shared[space] == ' ' ? space : space + 1;
    }

    private static PreferencePair Chats(
        JsonElement? prompt, JsonElement chosen, JsonElement rejected, JsonElement? tools, string id)
    {
        var (good, bad) = (MessageReader.Read(chosen, "chosen", shareGpt: false),
            MessageReader.Read(rejected, "rejected", shareGpt: false));
        List<ChatMessage> before = [];
        if (prompt is { } given) before = MessageReader.Read(given, "prompt", shareGpt: false);
        else
        {
            var shared = 0;
            while (shared < Math.Min(good.Count, bad.Count) && JsonElement.DeepEquals(chosen[shared], rejected[shared]))
                shared++;
            (before, good, bad) = (good[..shared], good[shared..], bad[shared..]);
        }

        EnsureDifferent(good.Count == bad.Count
            && (good.Count == 0 || good.Zip(bad).All(pair => pair.First == pair.Second)));
        return new PreferencePair(RowConverter.PromptAndMessages(id, before, good, tools, "chosen"),
            RowConverter.PromptAndMessages(id, before, bad, tools, "rejected"));
    }

    private static void EnsureDifferent(bool same)
    {
        if (same)
            throw new RowFaultException("E-SCHEMA-PREFERENCE",
                "'chosen' and 'rejected' are the same, so the row says nothing about preference");
    }
}
