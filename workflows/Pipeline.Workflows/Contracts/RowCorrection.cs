namespace Pipeline.Workflows.Contracts;

/// <summary>An answer that a person gave to a row of a review sample.</summary>
/// <param name="Sample">The sample.</param>
/// <param name="Row">Number of the row in it, from 1.</param>
/// <param name="Answer">The answer that the row should have.</param>
/// <param name="By">Who gave it.</param>
/// <param name="At">When, UTC.</param>
public sealed record RowCorrection(ArtifactRef Sample, int Row, string Answer, string By, DateTime At);
