namespace Pipeline.Data.Dedup;

/// <summary>A row of an earlier dataset that a new row repeats.</summary>
/// <param name="Segment">Name of the segment file.</param>
/// <param name="Id">Id of the earlier row.</param>
/// <param name="Similarity">True Jaccard similarity; 1 for exact repeats.</param>
internal sealed record HistoryMatch(string Segment, string Id, double Similarity);
