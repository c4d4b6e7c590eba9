namespace Pipeline.Data.Decontamination;

/// <summary>An n-gram that a text shares with an evaluation item.</summary>
/// <param name="WordIndex">First word in the text.</param>
/// <param name="Words">Length of the n-gram in words.</param>
/// <param name="Item">Number of the evaluation item in the index.</param>
[System.Runtime.InteropServices.StructLayout(System.Runtime.InteropServices.LayoutKind.Auto)]
internal readonly record struct NGramHit(int WordIndex, int Words, int Item);
