using Pipeline.Data.Packing;

namespace Pipeline.Data.Building;

/// <summary>A row of a built dataset.</summary>
/// <param name="Id">Its id: the row's own, or source and line.</param>
/// <param name="Ids">Token ids.</param>
/// <param name="Weights">Weight of each token in the loss; 0 is not learned.</param>
public sealed record SftRow(string Id, int[] Ids, float[] Weights)
{
    /// <summary>Ids and labels, -100 where the weight is 0.</summary>
    /// <returns>Arrays of the same length.</returns>
    public TokenRow ToTokenRow() => new(Ids, [.. Ids.Select((id, i) => Weights[i] > 0 ? id : TokenRow.Ignored)]);
}
