namespace Pipeline.Llm.Generation;

/// <content>Which sequences run in a step, and what becomes of them.</content>
public sealed partial class GenerationEngine
{
    private void DropCancelled()
    {
        foreach (var sequence in _running.Where(sequence => sequence.Stream.IsCancelled).ToList())
        {
            End(sequence, FinishReason.Cancelled);
        }

        while (_incoming.TryDequeue(out var fresh))
        {
            _waiting.Enqueue(fresh);
        }

        for (var left = _waiting.Count; left > 0; left--)
        {
            var sequence = _waiting.Dequeue();
            if (!sequence.Stream.IsCancelled)
            {
                _waiting.Enqueue(sequence);
                continue;
            }

            _uses.Release(sequence.Request.Adapter);
            sequence.Stream.Complete(FinishReason.Cancelled);
        }
    }

    private void Admit()
    {
        while (_waiting.TryPeek(out var sequence))
        {
            if (_running.Count >= _options.MaxBatch || !MakeRoom(sequence))
            {
                return;
            }

            _waiting.Dequeue();
            _running.Add(sequence);
            if (_options.PrefixCache && sequence.Scope is { } scope)
            {
                var found = _prefixes.Find(scope, sequence.Tokens, sequence.Table);
                sequence.Stream.SetCachedPromptTokens(found);
                Interlocked.Add(ref _prefixHits, found);
            }
        }
    }

    // Every admitted sequence can reach its limit, so none is ever thrown out half way.
    private bool MakeRoom(SequenceState sequence)
    {
        var promised = _running.Sum(other => (long)other.MostPages - other.Table.Pages.Count);
        while (_pages.Available - promised < sequence.MostPages)
        {
            if (!_prefixes.Forget())
            {
                return false;
            }
        }

        return true;
    }

    private List<(SequenceState Sequence, int Count)> Prefills()
    {
        var room = _options.PrefillTokens;
        var parts = new List<(SequenceState Sequence, int Count)>();
        foreach (var sequence in _running.Where(sequence => !sequence.Decodes))
        {
            var count = Math.Min(sequence.Pending, room);
            if (count == 0)
            {
                break;
            }

            parts.Add((sequence, count));
            room -= count;
        }

        return parts;
    }

    private void Step(List<(SequenceState Sequence, int Count)> batch)
    {
        if (batch.Count == 0)
        {
            return;
        }

        try
        {
            var tokens = _runner.Run(batch);
            for (var row = 0; row < batch.Count; row++)
            {
                if (tokens[row] is { } token)
                {
                    Take(batch[row].Sequence, token);
                }
                else if (batch[row].Sequence is { Pool: not null, Pending: 0 } pooled)
                {
                    End(pooled, FinishReason.Stop);
                }
            }
        }
        catch (Exception exception)
        {
            // Nothing of the model changes during a pass, so the other sequences go on.
            foreach (var (sequence, _) in batch.Where(part => _running.Contains(part.Sequence)))
            {
                Leave(sequence);
                sequence.Stream.Fail(exception);
            }
        }
    }

    private void Take(SequenceState sequence, GeneratedToken token)
    {
        if (!double.IsFinite(token.LogProb) || !double.IsFinite(token.Entropy))
        {
            Leave(sequence);
            sequence.Stream.Fail(new GenerationException("the model gave numbers that are not finite"));
            return;
        }

        if (sequence.Request.Sampling.StopTokens.Contains(token.Id))
        {
            End(sequence, FinishReason.Stop);
            return;
        }

        sequence.Tokens.Add(token.Id);
        sequence.Stream.Write(token);
        if (sequence.Tokens.Count >= sequence.Limit)
        {
            End(sequence, FinishReason.Length);
        }
    }

    private void End(SequenceState sequence, FinishReason reason)
    {
        if (_options.PrefixCache && sequence.Scope is { } scope)
        {
            _prefixes.Add(scope, sequence.Tokens, sequence.Table);
        }

        Leave(sequence);
        sequence.Stream.Complete(reason);
    }

    private void Leave(SequenceState sequence)
    {
        _running.Remove(sequence);
        _pages.Release(sequence.Table.Pages);
        _uses.Release(sequence.Request.Adapter);
    }
}
