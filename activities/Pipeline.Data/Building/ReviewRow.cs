using System.Text.Encodings.Web;
using System.Text.Json;
using Pipeline.Data.Tokenizers;

namespace Pipeline.Data.Building;

/// <summary>A row for a person to review: every token with its text, label and weight.</summary>
/// <param name="Row">0-based row of the dataset.</param>
/// <param name="Id">Its id.</param>
/// <param name="Text">Its text.</param>
/// <param name="Tokens">Text of each token.</param>
/// <param name="Ids">Id of each token.</param>
/// <param name="Labels">Label of each token: its id, or -100.</param>
/// <param name="Weights">Weights of the tokens, where any is neither 0 nor 1.</param>
public sealed record ReviewRow(
    int Row, string Id, string Text, IReadOnlyList<string> Tokens, IReadOnlyList<int> Ids, IReadOnlyList<int> Labels,
    IReadOnlyList<float>? Weights)
{
    internal static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Makes a row reviewable.</summary>
    /// <param name="tokenizer">The dataset's tokenizer.</param>
    /// <param name="row">A row of it.</param>
    /// <param name="text">The row's text; null decodes it.</param>
    /// <param name="index">0-based row.</param>
    /// <returns>The row with token texts.</returns>
    public static ReviewRow Of(HuggingFaceTokenizer tokenizer, SftRow row, string? text, int index)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        ArgumentNullException.ThrowIfNull(row);
        return new ReviewRow(
            index,
            row.Id,
            text ?? tokenizer.Decode(row.Ids, skipSpecialTokens: false),
            [.. row.Ids.Select(id => tokenizer.Decode([id], skipSpecialTokens: false))],
            row.Ids,
            row.ToTokenRow().Labels,
            row.Weights.All(w => w is 0 or 1) ? null : row.Weights);
    }
}
