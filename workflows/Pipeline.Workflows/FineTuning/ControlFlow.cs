namespace Pipeline.Workflows.FineTuning;

/// <summary>
/// Leads from the middle of the story back to an earlier stage; results of the stages before it are kept.
/// </summary>
internal sealed class RewindException(string stage) : Exception($"back to {stage}")
{
    public string Stage { get; } = stage;
}

/// <summary>Leads out of the story because an operator stopped the run.</summary>
internal sealed class AbortException(string reason) : Exception(reason);
