using Pipeline.Llm.Configuration;

namespace Pipeline.Llm.Models;

/// <summary>Inverse frequencies of the rotary embedding after scaling.</summary>
/// <remarks>
/// Source: the formulas of transformers' rotary utilities: default, linear, llama3, yarn (arXiv 2309.00071).
/// </remarks>
public static class RotaryFrequencies
{
    /// <summary>Computes frequencies and the factor on cos and sin.</summary>
    /// <param name="rope">Rotary settings.</param>
    /// <param name="headDimension">Width of one head.</param>
    /// <param name="maxPositions">Longest context of the model.</param>
    /// <returns>One frequency for each rotated pair, in float32 as the reference keeps them, and the factor.</returns>
    public static (float[] Inverse, double AttentionFactor) Compute(
        RopeSettings rope, int headDimension, int maxPositions)
    {
        var dimension = (int)(headDimension * rope.PartialRotaryFactor);
        var inverse = new float[dimension / 2];
        for (var pair = 0; pair < inverse.Length; pair++)
        {
            inverse[pair] = 1f / (float)Math.Pow(rope.Theta, (float)(2 * pair) / dimension);
        }

        switch (rope.Type)
        {
            case "linear":
                return (Array.ConvertAll(inverse, frequency => (float)(frequency / rope.Factor)), 1);
            case "llama3":
                return (Array.ConvertAll(inverse, frequency => Llama3(frequency, rope)), 1);
            case "yarn":
                Yarn(inverse, rope, dimension, maxPositions);
                return (inverse, rope.AttentionFactor ?? (rope.Factor <= 1 ? 1 : 0.1 * Math.Log(rope.Factor) + 1));
            default:
                return (inverse, 1);
        }
    }

    // Step by step in float32, as the reference rounds.
    private static float Llama3(float frequency, RopeSettings rope)
    {
        var wavelength = (float)(2 * Math.PI) / frequency;
        var (low, high) = ((float)rope.LowFrequencyFactor, (float)rope.HighFrequencyFactor);
        if (wavelength > rope.OriginalMaxPositions / rope.LowFrequencyFactor)
        {
            return frequency / (float)rope.Factor;
        }

        if (wavelength < rope.OriginalMaxPositions / rope.HighFrequencyFactor)
        {
            return frequency;
        }

        var smooth = (rope.OriginalMaxPositions / wavelength - low) / (high - low);
        return (1 - smooth) * frequency / (float)rope.Factor + smooth * frequency;
    }

    private static void Yarn(float[] inverse, RopeSettings rope, int dimension, int maxPositions)
    {
        var original = rope.OriginalMaxPositions > 0 ? rope.OriginalMaxPositions : maxPositions;
        var low = Math.Max(Math.Floor(Correction(rope.BetaFast)), 0);
        var high = Math.Min(Math.Ceiling(Correction(rope.BetaSlow)), dimension - 1);
        if (high - low == 0)
        {
            high += 0.001;
        }

        for (var pair = 0; pair < inverse.Length; pair++)
        {
            var ramp = Math.Clamp((pair - low) / (high - low), 0, 1);
            inverse[pair] = (float)(inverse[pair] / rope.Factor * ramp + inverse[pair] * (1 - ramp));
        }

        double Correction(double rotations) =>
            dimension * Math.Log(original / (rotations * 2 * Math.PI)) / (2 * Math.Log(rope.Theta));
    }
}
