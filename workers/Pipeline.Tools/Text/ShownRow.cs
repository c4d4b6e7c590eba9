namespace Pipeline.Tools.Text;

/// <summary>A labelled row as people and programs look at it.</summary>
/// <param name="Row">Number of the row, from 0.</param>
/// <param name="Id">Id of the row.</param>
/// <param name="Learned">Tokens that are learned.</param>
/// <param name="Tokens">The tokens, in order.</param>
internal sealed record ShownRow(long Row, string Id, int Learned, IReadOnlyList<ShownToken> Tokens);

/// <summary>A token of a labelled row.</summary>
/// <param name="Text">What it stands for.</param>
/// <param name="Id">Its id.</param>
/// <param name="Label">What is learned there; -100 for nothing.</param>
/// <param name="Weight">Its weight in the loss.</param>
internal sealed record ShownToken(string Text, int Id, int Label, float Weight);
