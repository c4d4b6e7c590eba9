using System.Text.Json;
using Pipeline.Data.ChatTemplates;
using Pipeline.Data.Formats;
using Pipeline.Data.Labels;
using Pipeline.Data.Tokenizers;

namespace Pipeline.Data.Text.Tests.Labels;

public sealed class LabelsParityTests
{
    private static readonly Lazy<PretrainedTokenizer> Qwen = new(() => new PretrainedTokenizer
    {
        Tokenizer = HuggingFaceTokenizer.Load(Fixtures.Require("masking-packing/tokenizer.json")),
        SpecialTokens = new Dictionary<string, string>
        {
            ["eos_token"] = "<|im_end|>",
            ["pad_token"] = "<|endoftext|>",
        },
        AdditionalSpecialTokens = [],
        ChatTemplates = new Dictionary<string, string>(),
    });

    [Fact]
    public void Supervise_EveryRowModeAndLength_EqualToTheReference()
    {
        var root = Fixtures.Require("masking-packing");
        using var rows = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(root, "rows.json")));
        var (compared, wrong) = (0, new List<string>());
        foreach (var line in File.ReadLines(Path.Combine(root, "labels.jsonl")))
        {
            var expected = JsonDocument.Parse(line).RootElement;
            var set = expected.GetProperty("set").GetString()!;

            // Role names that the reference keeps as they are never reach the labels here: the canonical form maps
            // them.
            if (set == "sharegpt-roles-kept") continue;
            compared++;
            var row = rows.RootElement.GetProperty("rows").GetProperty(set)[expected.GetProperty("row").GetInt32()];
            var difference = Difference(
                expected, row.TryGetProperty("mapped", out var mapped) ? mapped : row.GetProperty("source"), root);
            if (difference is not null)
                wrong.Add(
                    $"{set} {expected.GetProperty("row")} {expected.GetProperty("mode")} "
                        + $"{expected.GetProperty("max_length")} {expected.GetProperty("truncation_mode")}: "
                        + $"{difference}");
        }

        wrong.ShouldBeEmpty();
        Fixtures.Compared("masking-packing/labels", compared);
    }

    private static string? Difference(JsonElement expected, JsonElement source, string root)
    {
        int[]? ids = null, labels = null;
        try
        {
            (ids, labels) = Labels(expected, source, root);
        }
        catch (RowFaultException exception)
        {
            return expected.TryGetProperty("error", out _) ? null : exception.Message;
        }

        if (expected.TryGetProperty("error", out var error)) return $"expected {error}";
        if (expected.TryGetProperty("dropped", out _)) return ids is null ? null : "expected to be dropped";
        if (ids is null || labels is null) return "dropped";
        int[] Ints(string name) => [.. expected.GetProperty(name).EnumerateArray().Select(e => e.GetInt32())];
        if (!ids.SequenceEqual(Ints("input_ids")))
            return $"ids {string.Join(' ', ids)}, expected {string.Join(' ', Ints("input_ids"))}";
        return labels.SequenceEqual(Ints("labels"))
            ? null : $"labels {string.Join(' ', labels)}, expected {string.Join(' ', Ints("labels"))}";
    }

    private static (int[]? Ids, int[]? Labels) Labels(JsonElement expected, JsonElement source, string root)
    {
        var mode = expected.GetProperty("mode").GetString();
        var row = Row(source);
        if (mode == "default") mode = source.TryGetProperty("prompt", out _) ? "completion_only" : "full";
        var first = Labeller(root, mode == "assistant_only" ? TrainOn.Roles : mode == "full"
            ? TrainOn.All : TrainOn.Completion, expected);
        var supervision = first.Supervise(row, realign: false);
        var weights = supervision.Weights;
        if (mode == "both")
        {
            var assistant = Labeller(root, TrainOn.Roles, expected).Supervise(row, realign: false).Weights;
            weights = [.. weights.Select((w, i) => w * assistant[i])];
        }

        var labelled = first.Fit(
            new LabelledRow("r", supervision.Encoded.Ids, weights) { Text = supervision.Text, Trained = [] },
            out var removed);
        if (removed is not null) return (null, null);
        var result = labelled.ToTokenRow();
        return (result.InputIds, result.Labels);
    }

    private static RowLabeller Labeller(string root, TrainOn trainOn, JsonElement expected)
    {
        var max = expected.GetProperty("max_length");
        return new RowLabeller(Qwen.Value, Template(root), new LabelOptions
        {
            TrainOn = trainOn,
            TrustContent = true,
            MaxLength = max.ValueKind == JsonValueKind.Null ? null : max.GetInt32(),
            OverLength = expected.GetProperty("truncation_mode").GetString() == "keep_end"
                ? OverLength.KeepEnd : OverLength.KeepStart,
        });
    }

    /// <summary>The row without the checks of the canonical form, as the reference takes it.</summary>
    private static CanonicalRow Row(JsonElement source)
    {
        JsonElement? tools = source.TryGetProperty("tools", out var list) ? list : null;
        if (source.TryGetProperty("messages", out var messages))
            return new CanonicalRow("r", DataFormat.OpenAi, Messages(messages), null, tools);
        if (source.TryGetProperty("text", out var text))
            return new CanonicalRow("r", DataFormat.Text, null, [new TextPart(text.GetString()!, true)]);
        var (prompt, completion) = (source.GetProperty("prompt"), source.GetProperty("completion"));
        if (prompt.ValueKind == JsonValueKind.String)
            return new CanonicalRow("r", DataFormat.PromptCompletion, null,
                [new TextPart(prompt.GetString()!, false), new TextPart(completion.GetString()!, true)]);
        var first = Messages(prompt);
        return new CanonicalRow("r", DataFormat.PromptCompletionChat, [.. first, .. Messages(completion)], null, tools)
        {
            PromptMessages = first.Count,
        };
    }

    private static List<ChatMessage> Messages(
        JsonElement list) => [.. list.EnumerateArray()
            .Select(m =>
                new ChatMessage(m.GetProperty("role").GetString()!,
                    m.TryGetProperty("content", out var content) ? content.GetString() ?? "" : "")
    {
        ToolCalls = m.TryGetProperty("tool_calls", out var calls) ? calls.Clone() : null,
        ToolCallId = m.TryGetProperty("tool_call_id", out var id) ? id.GetString() : null,
        Name = m.TryGetProperty("name", out var name) ? name.GetString() : null,
        Weight = 1,
    })];

    private static ChatTemplate Template(string root) =>
        ChatTemplate.Parse(File.ReadAllText(Path.Combine(root, "chat_template.jinja")));
}
