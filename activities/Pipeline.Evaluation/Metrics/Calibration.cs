namespace Pipeline.Evaluation.Metrics;

/// <summary>One bin of a reliability diagram.</summary>
/// <param name="Index">0 for the lowest confidences.</param>
/// <param name="Count">Number of answers in it.</param>
/// <param name="Confidence">Their mean confidence.</param>
/// <param name="Accuracy">Share of right answers among them.</param>
public sealed record ReliabilityBin(int Index, int Count, double Confidence, double Accuracy);

/// <summary>How far confidences are from the share of right answers.</summary>
/// <param name="ExpectedError">Mean gap, weighted by the answers of each bin (ECE).</param>
/// <param name="MaximumError">Largest gap of a bin (MCE).</param>
/// <param name="Bins">The bins that hold answers.</param>
/// <remarks>
/// Equal-width bins <c>(i/B, (i+1)/B]</c>; a confidence of 0 belongs to the first. Source: Guo et al. 2017.
/// </remarks>
public sealed record Calibration(double ExpectedError, double MaximumError, IReadOnlyList<ReliabilityBin> Bins)
{
    /// <summary>Sorts answers into bins.</summary>
    /// <param name="confidences">0 to 1.</param>
    /// <param name="correct">Whether each answer was right.</param>
    /// <param name="bins">Number of bins.</param>
    /// <returns>Errors and bins.</returns>
    public static Calibration Of(IReadOnlyList<double> confidences, IReadOnlyList<bool> correct, int bins = 10)
    {
        if (confidences.Count != correct.Count || confidences.Count == 0)
        {
            throw new ArgumentException(
                $"{confidences.Count} confidences for {correct.Count} answers; give the same number, at least one",
                nameof(correct));
        }

        var (sums, rights, counts) = (new double[bins], new int[bins], new int[bins]);
        for (var i = 0; i < confidences.Count; i++)
        {
            var bin = Math.Clamp((int)Math.Ceiling(confidences[i] * bins) - 1, 0, bins - 1);
            sums[bin] += confidences[i];
            rights[bin] += correct[i] ? 1 : 0;
            counts[bin]++;
        }

        var table = Enumerable.Range(0, bins).Where(bin => counts[bin] > 0)
            .Select(bin =>
                new ReliabilityBin(bin, counts[bin], sums[bin] / counts[bin], (double)rights[bin] / counts[bin]))
            .ToList();
        return new Calibration(
            table.Sum(bin => Math.Abs(bin.Accuracy - bin.Confidence) * bin.Count) / confidences.Count,
            table.Max(bin => Math.Abs(bin.Accuracy - bin.Confidence)),
            table);
    }
}
