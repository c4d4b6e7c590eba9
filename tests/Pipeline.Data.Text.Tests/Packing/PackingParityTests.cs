using System.Text.Json;
using Pipeline.Data.Packing;
using Pipeline.Data.Readers;

namespace Pipeline.Data.Text.Tests.Packing;

public sealed class PackingParityTests
{
    [Fact]
    public void Pack_ReferencePlans_EqualRowForRow()
    {
        var compared = 0;
        foreach (var line in File.ReadLines(Fixtures.Require("masking-packing/packing.jsonl")))
        {
            using var json = JsonDocument.Parse(line);
            var root = json.RootElement;
            var lengths = Ints(root.GetProperty("lengths"));
            var name = root.GetProperty("strategy").GetString();
            var strategy = name switch
            {
                "bfd" => PackingStrategy.BestFit,
                "bfd_split" =>
                PackingStrategy.BestFitSplit,
                _ => PackingStrategy.Wrapped
            };
            compared++;
            if (root.TryGetProperty("error", out _))
            {
                Should.Throw<DataInputException>(
                    () => SequencePacker.Pack(lengths, root.GetProperty("seq_length").GetInt32(), strategy, 1000)).Code
                    .ShouldBe("E-PACK-EMPTY");
                continue;
            }

            var plan = SequencePacker.Pack(lengths, root.GetProperty("seq_length").GetInt32(), strategy, 1000);
            var starts = new int[lengths.Length + 1];
            for (var i = 0; i < lengths.Length; i++) starts[i + 1] = starts[i] + lengths[i];
            var rows = root.GetProperty("rows").EnumerateArray().ToList();
            plan.Rows.ShouldBe(rows.Count, line[..Math.Min(120, line.Length)]);
            plan.TokensIn.ShouldBe(root.GetProperty("tokens_in").GetInt64());
            plan.TokensOut.ShouldBe(root.GetProperty("tokens_out").GetInt64());
            for (var r = 0; r < plan.Rows; r++)
            {
                var expected = rows[r].GetProperty("runs").EnumerateArray()
                    .SelectMany(run => Enumerable.Range(run[0].GetInt32(), run[1].GetInt32()));
                plan[r].ToArray().SelectMany(s => Enumerable.Range(starts[s.Sequence] + s.Start, s.Length))
                    .ShouldBe(expected);
                if (rows[r].TryGetProperty("seq_lengths", out var sequences))
                    plan[r].ToArray().Select(s => s.Length).ShouldBe(Ints(sequences));
                if (root.TryGetProperty("position_ids", out var positions))
                    plan[r].ToArray().SelectMany(s => Enumerable.Range(0, s.Length)).ShouldBe(Ints(positions[r]));
            }
        }

        Fixtures.Compared("masking-packing/packing", compared);
    }

    [Fact]
    public void Collate_ReferenceBatches_Equal()
    {
        using var json = JsonDocument.Parse(File.ReadAllBytes(Fixtures.Require("masking-packing/collate.json")));
        var compared = 0;
        foreach (var item in json.RootElement.GetProperty("cases").EnumerateArray())
        {
            var rows = json.RootElement.GetProperty("batches")
                .GetProperty(item.GetProperty("batch").GetString() ?? string.Empty).EnumerateArray()
                .Select(row => new TokenRow(
                Ints(row.GetProperty("input_ids")),
                row.TryGetProperty("labels", out var labels) ? Ints(labels) : Ints(row.GetProperty("input_ids")),
                row.TryGetProperty("seq_lengths", out var lengths) ? Ints(lengths) : null)).ToList();
            var multiple = item.GetProperty("pad_to_multiple_of");
            var batch = TokenCollator.Collate(rows, new CollatorOptions
            {
                PadTokenId = 0,
                PaddingFree = item.GetProperty("padding_free").GetBoolean(),
                PadToMultipleOf = multiple.ValueKind == JsonValueKind.Null ? 1 : multiple.GetInt32(),
            });
            var result = item.GetProperty("result");
            foreach (var field in result.EnumerateObject())
            {
                var expected = field.Value.ValueKind == JsonValueKind.Number
                    ? [field.Value.GetInt32()] : Flat(field.Value);
                int[] actual = field.Name switch
                {
                    "input_ids" => batch.InputIds,
                    "labels" => batch.Labels,
                    "attention_mask" => batch.AttentionMask ?? [],
                    "position_ids" => batch.PositionIds,
                    "seq_idx" => batch.SequenceIndex(),
                    "cu_seq_lens_q" or "cu_seq_lens_k" => batch.CumulativeLengths(),
                    "max_length_q" or "max_length_k" => [batch.MaxSequenceLength()],
                    _ => throw new InvalidOperationException(field.Name),
                };
                actual.ShouldBe(expected, $"{item.GetProperty("batch")} {field.Name}");
                compared++;
            }
        }

        Fixtures.Compared("masking-packing/collate", compared);
    }

    private static int[] Ints(JsonElement array) => [.. array.EnumerateArray().Select(v => v.GetInt32())];

    private static int[] Flat(JsonElement array) =>
        [.. array.EnumerateArray().SelectMany(v => v.ValueKind == JsonValueKind.Array ? Flat(v) : [v.GetInt32()])];
}
