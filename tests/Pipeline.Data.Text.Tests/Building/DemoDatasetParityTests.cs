using System.Text.Json;
using Pipeline.Data.Building;
using Pipeline.Data.Tokenizers;

namespace Pipeline.Data.Text.Tests.Building;

/// <summary>The demonstration's rows against what the reference fine-tune feeds its model.</summary>
public sealed class DemoDatasetParityTests
{
    [Fact]
    public void Build_SectionAndReplayRows_TokensAndMasksOfTheReference()
    {
        using var fixture = new DatasetFixture();
        var train = Fixtures.Require("reference-finetune/train.jsonl");
        var replay = Path.Combine(Repository.Root, "infra", "sample-data", "replay.jsonl");
        var recipe = DatasetFixture.Recipe(
            new DatasetSource("section", [train]) { Licence = "DFSG-free" },
            new DatasetSource("replay", [replay]) { Replay = true, Licence = "CC0" }) with
        { ReplayShare = 600.0 / 4600 };
        var index = fixture.Build(recipe);
        index.Rows.ShouldBe(4600);
        index.Replay.Rows.ShouldBe(600);
        using var dataset = SftDataset.Open(fixture.Output);
        dataset.Verify();
        var rows = dataset.Rows().ToDictionary(r => r.Id);
        var tokenizer = PretrainedTokenizer.Load(DatasetFixture.Model).Tokenizer;
        var compared = 0;
        foreach (var (line, number) in File.ReadLines(train).Select((l, i) => (l, i + 1)))
        {
            var (ids, mask) = Section(tokenizer, line);
            var row = rows[$"section:{number}"];
            row.Ids.SequenceEqual(ids).ShouldBeTrue(row.Id);
            row.Weights.SequenceEqual(mask).ShouldBeTrue(row.Id);
            compared++;
        }

        foreach (var (line, number) in File.ReadLines(replay).Select((l, i) => (l, i + 1)))
        {
            if (!rows.TryGetValue($"replay:{number}", out var row)) continue;
            var (ids, mask) = Parts(tokenizer, line);
            row.Ids.SequenceEqual(ids).ShouldBeTrue(row.Id);
            row.Weights.SequenceEqual(mask).ShouldBeTrue(row.Id);
            compared++;
        }

        compared.ShouldBe(4600);
        Fixtures.Compared("reference-finetune/dataset", compared);
    }

    /// <summary>ChatML by hand: the loss is on the answer and its end-of-turn token.</summary>
    private static (int[] Ids, float[] Mask) Section(HuggingFaceTokenizer tokenizer, string line)
    {
        using var json = JsonDocument.Parse(line);
        var messages = json.RootElement.GetProperty("messages");
        var prompt = tokenizer.Encode(
            $"<|im_start|>user\n{messages[0].GetProperty("content")}<|im_end|>\n<|im_start|>assistant\n",
            addSpecialTokens: false);
        var answer = tokenizer.Encode($"{messages[1].GetProperty("content")}<|im_end|>", addSpecialTokens: false);
        var end = tokenizer.Encode("\n", addSpecialTokens: false);
        return ([.. prompt, .. answer, .. end],
            [.. prompt.Select(_ => 0f), .. answer.Select(_ => 1f), .. end.Select(_ => 0f)]);
    }

    private static (int[] Ids, float[] Mask) Parts(HuggingFaceTokenizer tokenizer, string line)
    {
        using var json = JsonDocument.Parse(line);
        var parts = json.RootElement.GetProperty("parts").EnumerateArray()
            .Select(p =>
                (Ids: tokenizer.Encode(p.GetProperty("text").GetString()!, addSpecialTokens: false),
                    Loss: p.GetProperty("loss").GetBoolean() ? 1f : 0f)).ToList();
        return ([.. parts.SelectMany(p => p.Ids)], [.. parts.SelectMany(p => p.Ids.Select(_ => p.Loss))]);
    }
}
