using System.Text.Json;
using Pipeline.Data.Packing;

namespace Pipeline.Data.Formats;

/// <summary>Reads pre-tokenised rows strictly.</summary>
internal static class TokenReader
{
    public static CanonicalRow Read(JsonElement row, string id)
    {
        var ids = Numbers(row, "input_ids");
        if (ids.Length == 0) throw new RowFaultException("E-SCHEMA-EMPTY", "'input_ids' is empty");
        var labels = row.TryGetProperty("labels", out var given) && given.ValueKind != JsonValueKind.Null
            ? Numbers(row, "labels") : ids;
        if (labels.Length != ids.Length)
            throw new RowFaultException(
                "E-SCHEMA-TOKENS", $"'input_ids' has {ids.Length} tokens, 'labels' has {labels.Length}");
        for (var i = 0; i < ids.Length; i++)
        {
            if (ids[i] < 0)
                throw new RowFaultException("E-SCHEMA-TOKENS", $"'input_ids[{i}]' is {ids[i]}; an id is not negative");
            if (labels[i] != ids[i] && labels[i] != TokenRow.Ignored)
                throw new RowFaultException(
                    "E-SCHEMA-TOKENS",
                    $"'labels[{i}]' is {labels[i]}, neither the id {ids[i]} nor {TokenRow.Ignored}; labels are not "
                        + $"shifted");
        }

        if (row.TryGetProperty("attention_mask", out var mask) && mask.ValueKind != JsonValueKind.Null
            && Numbers(row, "attention_mask") is var seen && (seen.Length != ids.Length || seen.Any(s => s != 1)))
        {
            throw new RowFaultException(
                "E-SCHEMA-TOKENS", "'attention_mask' is not 1 for every token; give rows without padding");
        }

        return new CanonicalRow(id, DataFormat.PreTokenised, null, null) { Tokens = new TokenRow(ids, labels) };
    }

    private static int[] Numbers(JsonElement row, string name)
    {
        if (!row.TryGetProperty(name, out var list) || list.ValueKind != JsonValueKind.Array)
            throw new RowFaultException("E-SCHEMA-TOKENS", $"'{name}' is not a list of whole numbers");
        var numbers = new int[list.GetArrayLength()];
        var at = 0;
        foreach (var item in list.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.Number || !item.TryGetInt32(out numbers[at]))
                throw new RowFaultException("E-SCHEMA-TOKENS", $"'{name}[{at}]' is not a whole number below 2³¹");
            at++;
        }

        return numbers;
    }
}
