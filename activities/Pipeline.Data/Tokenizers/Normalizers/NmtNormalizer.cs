namespace Pipeline.Data.Tokenizers.Normalizers;

/// <summary>The cleaning of Google's neural translation: controls are dropped, odd spaces become spaces.</summary>
internal static class NmtNormalizer
{
    internal static IEnumerable<TextNormalizer> Steps() =>
    [
        new FilterNormalizer(c => c is (>= 1 and <= 8) or 0xB or (>= 0xE and <= 0x1F) or 0x7F or 0x8F or 0x9F),
        new MapNormalizer(c => c is 9 or 0xA or 0xC or 0xD or 0x1680 or (>= 0x200B and <= 0x200F) or 0x2028 or 0x2029
            or 0x2581 or 0xFEFF or 0xFFFD ? ' ' : c),
    ];
}
