using Pipeline.Data.Tokenizers;

namespace Pipeline.Data.Labels;

/// <summary>Token ids and the range of UTF-16 units each stands for.</summary>
/// <param name="Ids">Token ids.</param>
/// <param name="Offsets">One range a token.</param>
/// <param name="ControlTexts">Control-looking texts in the data that were encoded as ordinary text.</param>
internal sealed record EncodedText(int[] Ids, TokenOffset[] Offsets, int ControlTexts);
