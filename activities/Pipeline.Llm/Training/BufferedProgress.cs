namespace Pipeline.Llm.Training;

/// <summary>Hands steps to a sink that may be away: a failing sink never stops training, and gets what it missed later,
/// in order.</summary>
/// <param name="sink">Receives steps; may throw.</param>
/// <param name="limit">Steps to hold back at most; log lines are never dropped, other steps are, oldest first.</param>
public sealed class BufferedProgress(Action<TrainingStep> sink, int limit = 10_000) : IProgress<TrainingStep>
{
    private readonly LinkedList<TrainingStep> _waiting = [];

    /// <summary>Steps that the sink has not taken yet.</summary>
    public int Backlog => _waiting.Count;

    /// <inheritdoc/>
    public void Report(TrainingStep value)
    {
        _waiting.AddLast(value);
        Flush();
        if (_waiting.Count > limit && _waiting.FirstOrDefault(static step => step.Log is null) is { } oldest)
        {
            _waiting.Remove(oldest);
        }
    }

    /// <summary>Tries to hand over everything.</summary>
    /// <returns>Whether nothing is left.</returns>
    public bool Flush()
    {
        try
        {
            while (_waiting.First is { } first)
            {
                sink(first.Value);
                _waiting.RemoveFirst();
            }

            return true;
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            return false;
        }
    }
}
