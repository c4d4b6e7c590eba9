using Pipeline.Data.Packing;

namespace Pipeline.Data.Labels;

/// <summary>A preference row as ids. Prompt and answer together are what the tokenizer makes of both.</summary>
/// <param name="Id">The row's id.</param>
/// <param name="Prompt">Ids of the prompt, the same for both answers.</param>
/// <param name="Chosen">Ids of the better answer with its terminator.</param>
/// <param name="Rejected">Ids of the worse answer with its terminator.</param>
public sealed record PreferenceTokens(string Id, int[] Prompt, int[] Chosen, int[] Rejected)
{
    /// <summary>Prompt and better answer; labels are the answer's ids, -100 for the prompt.</summary>
    /// <returns>A row of <c>Prompt.Length + Chosen.Length</c> tokens.</returns>
    public TokenRow ChosenRow() => Row(Chosen);

    /// <summary>Prompt and worse answer; labels are the answer's ids, -100 for the prompt.</summary>
    /// <returns>A row of <c>Prompt.Length + Rejected.Length</c> tokens.</returns>
    public TokenRow RejectedRow() => Row(Rejected);

    private TokenRow Row(int[] answer) =>
        new([.. Prompt, .. answer], [.. Enumerable.Repeat(TokenRow.Ignored, Prompt.Length), .. answer]);
}
