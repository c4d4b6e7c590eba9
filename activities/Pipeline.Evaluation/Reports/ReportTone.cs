namespace Pipeline.Evaluation.Reports;

/// <summary>Tone of a line in a report.</summary>
public enum ReportTone
{
    /// <summary>Nothing to do.</summary>
    Good,

    /// <summary>Somebody should look.</summary>
    Warning,

    /// <summary>Blocked.</summary>
    Bad,

    /// <summary>For information.</summary>
    Neutral,
}
