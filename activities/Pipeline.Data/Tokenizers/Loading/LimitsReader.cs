using System.Text.Json;

namespace Pipeline.Data.Tokenizers.Loading;

/// <summary>Reads truncation and padding.</summary>
internal static class LimitsReader
{
    internal static TruncationOptions? ReadTruncation(JsonPart part) => part.IsNull
        ? null : new TruncationOptions(part["max_length"].Integer())
        {
            FromLeft = part["direction"].TextOrNull() == "Left",
            Stride = part["stride"].IntegerOrNull() ?? 0,
            Strategy = part["strategy"].TextOrNull() switch
            {
                null or "LongestFirst" => TruncationStrategy.LongestFirst,
                "OnlyFirst" => TruncationStrategy.OnlyFirst,
                "OnlySecond" => TruncationStrategy.OnlySecond,
                var other => throw part["strategy"].Error($"the strategy '{other}' is not known"),
            },
        };

    internal static PaddingOptions? ReadPadding(JsonPart part) => part.IsNull ? null
        : new PaddingOptions(part["pad_id"].Integer(), part["pad_token"].Text())
        {
            FixedLength = part["strategy"].Element.ValueKind == JsonValueKind.Object
                ? part["strategy"]["Fixed"].Integer() : null,
            MultipleOf = part["pad_to_multiple_of"].IntegerOrNull(),
            PadTypeId = part["pad_type_id"].IntegerOrNull() ?? 0,
            OnLeft = part["direction"].TextOrNull() == "Left",
        };
}
