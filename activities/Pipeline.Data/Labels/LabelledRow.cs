using Pipeline.Data.Packing;

namespace Pipeline.Data.Labels;

/// <summary>A row as it is trained on, with its proof.</summary>
/// <param name="Id">The row's id.</param>
/// <param name="Ids">Token ids.</param>
/// <param name="Weights">Weight of each token in the loss, 0 to 1; 0 is not learned.</param>
public sealed record LabelledRow(string Id, int[] Ids, float[] Weights)
{
    /// <summary>Text of the row, as it was tokenized.</summary>
    public required string Text { get; init; }

    /// <summary>Texts that the weights teach, in order, terminators included.</summary>
    public required IReadOnlyList<string> Trained { get; init; }

    /// <summary>Control-looking texts in the row's data that were encoded as ordinary text.</summary>
    public int ControlTexts { get; init; }

    /// <summary>
    /// Whether a token boundary was put between prompt and answer because a token would have spanned both.
    /// </summary>
    public bool Realigned { get; init; }

    /// <summary>Whether the row ends with a learned end-of-turn or end-of-text token.</summary>
    public bool EndsWithTerminator { get; init; }

    /// <summary>Whether the row has turns that must end with a terminator; documents in parts do not.</summary>
    public bool NeedsTerminator { get; init; }

    /// <summary>Tokens that truncation took away.</summary>
    public int Cut { get; init; }

    /// <summary>Number of learned tokens.</summary>
    public int SupervisedTokens => Weights.Count(w => w > 0);

    /// <summary>The row with labels: the id where the weight is above 0, else -100.</summary>
    /// <returns>Ids and labels of the same length.</returns>
    public TokenRow ToTokenRow() => new(Ids, [.. Ids.Select((id, i) => Weights[i] > 0 ? id : TokenRow.Ignored)]);
}
