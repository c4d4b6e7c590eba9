namespace Pipeline.Llm.Training;

/// <summary>Why a run ended.</summary>
public enum StopReason
{
    /// <summary>All steps were run.</summary>
    Completed,

    /// <summary>The metric did not improve any more.</summary>
    EarlyStopped,

    /// <summary>The retention metric fell below its bound.</summary>
    RetentionLost,

    /// <summary>The loss exploded late; the result is the last good checkpoint.</summary>
    RolledBack,
}
