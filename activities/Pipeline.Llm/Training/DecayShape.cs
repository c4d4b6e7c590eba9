namespace Pipeline.Llm.Training;

/// <summary>Shape of the warm-up or decay of <see cref="ScheduleKind.WarmupStableDecay"/>.</summary>
public enum DecayShape
{
    /// <summary>Half a cosine.</summary>
    Cosine,

    /// <summary>Straight.</summary>
    Linear,

    /// <summary>One minus the root of the progress.</summary>
    OneMinusSqrt,
}
