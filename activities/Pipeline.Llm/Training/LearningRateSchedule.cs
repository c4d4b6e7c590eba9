namespace Pipeline.Llm.Training;

/// <summary>Learning rate as a function of the step; it has no state, so a resumed run continues exactly.</summary>
/// <remarks>
/// Formulas: transformers' schedules. Past the end a plain cosine rises again there; so it does here.
/// </remarks>
public sealed record LearningRateSchedule
{
    /// <summary>Shape after the warm-up.</summary>
    public ScheduleKind Kind { get; init; } = ScheduleKind.Cosine;

    /// <summary>Steps of linear warm-up from 0.</summary>
    public int WarmupSteps { get; init; }

    /// <summary>Steps of the whole run.</summary>
    public required int TotalSteps { get; init; }

    /// <summary>Cycles; 0.5 for a cosine that ends at 0.</summary>
    public double Cycles { get; init; } = 0.5;

    /// <summary>Power of the polynomial.</summary>
    public double Power { get; init; } = 1;

    /// <summary>
    /// Rate at the end as a share of the base rate (polynomial, minimum-rate cosine, warm-up-stable-decay).
    /// </summary>
    public double MinRatio { get; init; }

    /// <summary>Time scale of the inverse root; null for the warm-up length, or 10,000 when that is 0.</summary>
    public int? Timescale { get; init; }

    /// <summary>Steps of the final decay of warm-up-stable-decay.</summary>
    public int DecaySteps { get; init; }

    /// <summary>Plateau length; null for what the total leaves.</summary>
    public int? StableSteps { get; init; }

    /// <summary>Decay shape of warm-up-stable-decay.</summary>
    public DecayShape Decay { get; init; }

    /// <summary>Warm-up steps from a ratio, rounded up.</summary>
    /// <param name="ratio">0 to 1.</param>
    /// <param name="totalSteps">Steps of the run.</param>
    /// <returns>ceil(ratio · total).</returns>
    public static int WarmupFromRatio(double ratio, int totalSteps) =>
        (int)Math.Ceiling(Math.Round(ratio * totalSteps, 9));

    /// <summary>Factor on the base rate.</summary>
    /// <param name="step">Zero-based optimizer step.</param>
    /// <returns>The factor that this step uses.</returns>
    public double Factor(int step)
    {
        if (Kind == ScheduleKind.Constant)
        {
            return 1;
        }

        if (Kind == ScheduleKind.WarmupStableDecay)
        {
            return WarmupStableDecay(step);
        }

        if (step < WarmupSteps)
        {
            return (double)step / Math.Max(1, WarmupSteps);
        }

        var progress = (double)(step - WarmupSteps) / Math.Max(1, TotalSteps - WarmupSteps);
        return Kind switch
        {
            ScheduleKind.Linear => Math.Max(0, (double)(TotalSteps - step) / Math.Max(1, TotalSteps - WarmupSteps)),
            ScheduleKind.Cosine => Math.Max(0, 0.5 * (1 + Math.Cos(Math.PI * Cycles * 2 * progress))),
            ScheduleKind.CosineWithRestarts => progress >= 1
                ? 0 : Math.Max(0, 0.5 * (1 + Math.Cos(Math.PI * (Cycles * progress % 1)))),
            ScheduleKind.CosineWithMinLr =>
                Math.Max(0, 0.5 * (1 + Math.Cos(Math.PI * Cycles * 2 * progress)) * (1 - MinRatio) + MinRatio),
            ScheduleKind.Polynomial => step > TotalSteps
                ? MinRatio : (1 - MinRatio) * Math.Pow(1 - progress, Power) + MinRatio,
            ScheduleKind.InverseSqrt => InverseSqrt(step),
            _ => 1,
        };
    }

    private double InverseSqrt(int step)
    {
        var timescale = Timescale ?? (WarmupSteps > 0 ? WarmupSteps : 10_000);
        return 1 / Math.Sqrt((double)(step + timescale - WarmupSteps) / timescale);
    }

    private double WarmupStableDecay(int step)
    {
        var stable = StableSteps ?? TotalSteps - WarmupSteps - DecaySteps;
        if (step < WarmupSteps)
        {
            return (double)step / Math.Max(1, WarmupSteps) * (1 - MinRatio) + MinRatio;
        }

        if (step < WarmupSteps + stable)
        {
            return 1;
        }

        if (step >= WarmupSteps + stable + DecaySteps)
        {
            return MinRatio;
        }

        var progress = (double)(step - WarmupSteps - stable) / Math.Max(1, DecaySteps);
        var factor = Decay switch
        {
            DecayShape.Linear => 1 - progress,
            DecayShape.OneMinusSqrt => 1 - Math.Sqrt(progress),
            _ => 0.5 * (1 + Math.Cos(Math.PI * Cycles * 2 * progress)),
        };
        return Math.Max(0, factor * (1 - MinRatio) + MinRatio);
    }
}
