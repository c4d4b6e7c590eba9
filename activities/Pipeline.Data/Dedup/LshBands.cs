using System.Runtime.InteropServices;

namespace Pipeline.Data.Dedup;

/// <summary>Banding of a MinHash signature: two documents are candidates when all rows of one band agree.</summary>
/// <param name="Bands">Number of bands.</param>
/// <param name="Rows">Values a band.</param>
public sealed record LshBands(int Bands, int Rows)
{
    private const ulong Factor = 0xE7037ED1A0B428DB;

    /// <summary>14 bands of 8: likely finds pairs from a similarity of 0.72 on.</summary>
    public static LshBands Loose { get; } = new(14, 8);

    /// <summary>20 bands of 13: likely finds pairs from a similarity of 0.79 on.</summary>
    public static LshBands Strict { get; } = new(20, 13);

    /// <summary>Length of the signature.</summary>
    public int Permutations => Bands * Rows;

    /// <summary>
    /// The similarity at which a pair becomes a candidate about every second time: <c>(1/b)^(1/r)</c>.
    /// </summary>
    public double ApproximateThreshold => Math.Pow(1.0 / Bands, 1.0 / Rows);

    /// <summary>Probability that a pair of this similarity becomes a candidate: <c>1 − (1 − s^r)^b</c>.</summary>
    /// <param name="similarity">Jaccard similarity, 0 … 1.</param>
    /// <returns>A probability.</returns>
    public double Probability(double similarity) => 1 - Math.Pow(1 - Math.Pow(similarity, Rows), Bands);

    /// <summary>
    /// A banding that misses few of the pairs at a similarity: <see cref="Loose"/> from 0.8 on, else the one with the
    /// longest bands that finds at least 95 of 100. What it finds besides costs a comparison and no row.
    /// </summary>
    /// <param name="similarity">Lowest similarity that matters, above 0.</param>
    /// <returns>A banding with at most as many values as <see cref="Loose"/>.</returns>
    public static LshBands Finding(double similarity)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(similarity);
        const double Found = 0.95;
        for (var rows = similarity < 0.8 ? Loose.Rows - 1 : 0; rows > 0; rows--)
        {
            var bands = new LshBands(Loose.Permutations / rows, rows);
            if (rows == 1 || bands.Probability(similarity) >= Found)
            {
                return bands;
            }
        }

        return Loose;
    }

    /// <summary>
    /// The banding whose false positives and false negatives, as areas under the curve on either side of a threshold,
    /// weigh least together.
    /// </summary>
    /// <param name="threshold">Similarity that counts as near-duplicate, above 0 and below 1.</param>
    /// <param name="permutations">Longest signature.</param>
    /// <param name="falsePositiveWeight">Weight of the area below the threshold; the other area weighs 1 minus
    /// this.</param>
    /// <returns>The best banding with <c>Bands × Rows ≤ permutations</c>.</returns>
    public static LshBands ForThreshold(double threshold, int permutations = 128, double falsePositiveWeight = 0.5)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(threshold);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(threshold, 1);
        var (best, least) = (new LshBands(1, 1), double.MaxValue);
        for (var bands = 1; bands <= permutations; bands++)
        {
            for (var rows = 1; rows <= permutations / bands; rows++)
            {
                var candidate = new LshBands(bands, rows);
                var error = (falsePositiveWeight * Area(candidate.Probability, 0, threshold))
                    + ((1 - falsePositiveWeight) * Area(s => 1 - candidate.Probability(s), threshold, 1));
                if (error < least)
                {
                    (best, least) = (candidate, error);
                }
            }
        }

        return best;
    }

    /// <summary>Hashes each band of a signature; the band's number is part of the hash.</summary>
    internal void Keys(ReadOnlySpan<uint> signature, ulong seed, Span<ulong> keys)
    {
        for (var band = 0; band < Bands; band++)
        {
            var hash = FastHash.Finish(seed + (ulong)band + 1);
            var values = signature.Slice(band * Rows, Rows);
            foreach (var pair in MemoryMarshal.Cast<uint, ulong>(values))
            {
                hash = FastHash.Mix(hash ^ pair, Factor);
            }

            keys[band] = FastHash.Finish(Rows % 2 == 0 ? hash : FastHash.Mix(hash ^ values[^1], Factor));
        }
    }

    /// <summary>Integral by Simpson's rule; the curves are smooth.</summary>
    private static double Area(Func<double, double> curve, double from, double to)
    {
        const int Steps = 64;
        var (step, sum) = ((to - from) / Steps, 0.0);
        for (var i = 0; i <= Steps; i++)
        {
            sum += curve(from + (i * step)) * (i is 0 or Steps ? 1 : i % 2 == 1 ? 4 : 2);
        }

        return sum * step / 3;
    }
}
