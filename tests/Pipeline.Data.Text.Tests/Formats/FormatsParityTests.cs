using System.Text.Json;
using Pipeline.Data.Formats;
using Pipeline.Data.Readers;

namespace Pipeline.Data.Text.Tests.Formats;

public sealed class FormatsParityTests
{
    [Fact]
    public void S1_11_AlpacaAndShareGpt_EqualTheReferenceMapping()
    {
        using var json = JsonDocument.Parse(File.ReadAllBytes(Fixtures.Require("masking-packing/rows.json")));
        var compared = 0;
        foreach (var item in json.RootElement.GetProperty("rows").GetProperty("alpaca").EnumerateArray())
        {
            var row = RowConverter.Convert(item.GetProperty("source"), DataFormat.Alpaca, "r");
            var mapped = item.GetProperty("mapped");
            row.Parts.ShouldBe(
                [new TextPart(mapped.GetProperty("prompt").GetString()!, false),
                    new TextPart(mapped.GetProperty("completion").GetString()!, true)]);
            compared++;
        }

        foreach (var item in json.RootElement.GetProperty("rows").GetProperty("sharegpt").EnumerateArray())
        {
            var row = RowConverter.Convert(item.GetProperty("source"), DataFormat.ShareGpt, "r");
            row.Messages!.Select(m => (m.Role, m.Content))
                .ShouldBe(item.GetProperty("mapped").GetProperty("messages").EnumerateArray()
                    .Select(m => (m.GetProperty("role").GetString()!, m.GetProperty("content").GetString()!)));
            compared++;
        }

        Fixtures.Compared("masking-packing/rows", compared);
    }

    [Fact]
    public void ReplayAndTrainRows_AllConvert()
    {
        var count = 0;
        foreach (var file in (string[])["replay.jsonl", "train.jsonl"])
        {
            foreach (var source in RowReader.ReadFiles([Fixtures.Require("reference-finetune/" + file)]))
            {
                using var document = source.Parse();
                var row = RowConverter.Convert(
                    document.RootElement, FormatDetector.Detect(document.RootElement)!.Value, source.Id);
                (row.Messages?.Count ?? row.Parts?.Count(p => p.Loss) ?? 0).ShouldBeGreaterThan(0);
                count++;
            }
        }

        count.ShouldBe(5000);
        Fixtures.Compared("reference-finetune rows", count);
    }
}
