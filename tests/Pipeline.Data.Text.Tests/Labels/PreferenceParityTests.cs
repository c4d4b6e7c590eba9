using System.Text.Json;
using Pipeline.Data.ChatTemplates;
using Pipeline.Data.Formats;
using Pipeline.Data.Labels;
using Pipeline.Data.Packing;
using Pipeline.Data.Tokenizers;

namespace Pipeline.Data.Text.Tests.Labels;

public sealed class PreferenceParityTests
{
    [Fact]
    public void Label_EveryPairAndLength_IdsAndBatchOfTheReference()
    {
        var root = Fixtures.Require("masking-packing");
        using var rows = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(root, "rows.json")));
        var model = new PretrainedTokenizer
        {
            Tokenizer = HuggingFaceTokenizer.Load(Path.Combine(root, "tokenizer.json")),
            SpecialTokens = new Dictionary<string, string>
            {
                ["eos_token"] = "<|im_end|>",
                ["pad_token"] = "<|endoftext|>",
            },
            AdditionalSpecialTokens = [],
            ChatTemplates = new Dictionary<string, string>(),
        };
        var template = ChatTemplate.Parse(File.ReadAllText(Path.Combine(root, "chat_template.jinja")));
        var compared = 0;
        foreach (var line in File.ReadLines(Path.Combine(root, "preference.jsonl")))
        {
            var expected = JsonDocument.Parse(line).RootElement;
            var row = RowConverter.Convert(
                rows.RootElement.GetProperty("preference")[expected.GetProperty("row").GetInt32()],
                DataFormat.Preference, "r");
            var max = expected.GetProperty("max_length");
            var labeller = new PreferenceLabeller(model, template, new LabelOptions
            {
                MaxLength = max.ValueKind == JsonValueKind.Null ? null : max.GetInt32(),
                OverLength = expected.GetProperty("truncation_mode").GetString() == "keep_end"
                    ? OverLength.KeepEnd : OverLength.KeepStart,
            });
            var tokens = labeller.Label(row);
            var pair = labeller.Fit(tokens, out var removed);
            compared++;
            if (expected.TryGetProperty("dropped", out _))
            {
                removed.ShouldBe("no-label-left", line);
                continue;
            }

            tokens.Prompt.ShouldBe(Ints(expected.GetProperty("prompt_ids")), line);
            tokens.Chosen.ShouldBe(Ints(expected.GetProperty("chosen_ids")), line);
            tokens.Rejected.ShouldBe(Ints(expected.GetProperty("rejected_ids")), line);
            removed.ShouldBeNull();
            var batch = PreferenceLabeller.Collate([pair], padTokenId: 0);
            var reference = expected.GetProperty("batch");
            batch.InputIds.ShouldBe(Ints(reference.GetProperty("input_ids")), line);
            batch.AttentionMask.ShouldBe(Ints(reference.GetProperty("attention_mask")), line);
            batch.Labels.Select(label => label == TokenRow.Ignored ? 0 : 1)
                .ShouldBe(Ints(reference.GetProperty("completion_mask")), line);
        }

        Fixtures.Compared("masking-packing/preference", compared);
    }

    private static int[] Ints(JsonElement array) =>
        [.. array.EnumerateArray().SelectMany(v => v.ValueKind == JsonValueKind.Array ? Ints(v) : [v.GetInt32()])];
}
