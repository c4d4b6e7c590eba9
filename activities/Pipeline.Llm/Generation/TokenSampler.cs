namespace Pipeline.Llm.Generation;

/// <summary>
/// Chooses the tokens of one sequence from log-probabilities, with penalties and truncation. Not safe for several
/// threads.
/// </summary>
internal sealed class TokenSampler
{
    private readonly SamplingOptions _options;
    private readonly HashSet<int> _prompt;
    private readonly Dictionary<int, int> _answer = [];
    private TokenRandom _random;

    /// <summary>Starts a sequence.</summary>
    /// <param name="options">How to choose.</param>
    /// <param name="prompt">Ids of the prompt, for the repetition penalty.</param>
    public TokenSampler(SamplingOptions options, IReadOnlyList<int> prompt)
    {
        _options = options;
        _prompt = options.RepetitionPenalty == 1 ? [] : [.. prompt];
        _random = new TokenRandom(options.Seed);
    }

    /// <summary>Chooses the next token.</summary>
    /// <param name="logProbs">Log-probabilities [v] (logits do as well); overwritten.</param>
    /// <returns>The chosen id.</returns>
    public int Choose(Span<float> logProbs)
    {
        Adjust(logProbs);
        var choice = _options.Temperature > 0 ? Sample(logProbs) : Best(logProbs);
        if (_options.NeedsSampler)
        {
            _answer[choice] = _answer.GetValueOrDefault(choice) + 1;
        }

        return choice;
    }

    /// <summary>The most likely token, the smallest id among equals.</summary>
    /// <param name="scores">Scores [v].</param>
    /// <returns>The id.</returns>
    public static int Best(ReadOnlySpan<float> scores)
    {
        var best = 0;
        for (var i = 1; i < scores.Length; i++)
        {
            if (scores[i] > scores[best])
            {
                best = i;
            }
        }

        return best;
    }

    private void Adjust(Span<float> scores)
    {
        if (_options.RepetitionPenalty != 1)
        {
            foreach (var id in _prompt.Union(_answer.Keys))
            {
                scores[id] = (float)(scores[id] > 0
                    ? scores[id] / _options.RepetitionPenalty : scores[id] * _options.RepetitionPenalty);
            }
        }

        if (_options.PresencePenalty != 0 || _options.FrequencyPenalty != 0)
        {
            foreach (var (id, count) in _answer)
            {
                scores[id] -= (float)(_options.PresencePenalty + (_options.FrequencyPenalty * count));
            }
        }

        foreach (var (id, bias) in _options.LogitBias)
        {
            scores[id] += (float)bias;
        }
    }

    private int Sample(ReadOnlySpan<float> scores)
    {
        var order = Candidates(scores);
        var best = scores[order[0]];
        var weights = new double[order.Length];
        var total = 0.0;
        for (var i = 0; i < order.Length; i++)
        {
            weights[i] = Math.Exp((scores[order[i]] - best) / _options.Temperature);
            total += weights[i];
        }

        var kept = Kept(weights, total);
        var point = _random.NextDouble() * weights.AsSpan(0, kept).ToArray().Sum();
        for (var i = 0; i < kept; i++)
        {
            point -= weights[i];
            if (point < 0)
            {
                return order[i];
            }
        }

        return order[kept - 1];
    }

    // Most likely first, equal scores by id, so that the choice does not depend on how a batch was laid out.
    private int[] Candidates(ReadOnlySpan<float> scores)
    {
        var keys = scores.ToArray();
        var ids = new int[keys.Length];
        for (var i = 0; i < ids.Length; i++)
        {
            (ids[i], keys[i]) = (i, -keys[i]);
        }

        Array.Sort(keys, ids);
        for (var start = 0; start < keys.Length;)
        {
            var end = start + 1;
            while (end < keys.Length && keys[end] == keys[start])
            {
                end++;
            }

            if (end - start > 1)
            {
                Array.Sort(ids, start, end - start);
            }

            start = end;
        }

        return _options.TopK > 0 && _options.TopK < ids.Length ? ids[.._options.TopK] : ids;
    }

    // top-p counts the probabilities that are left after top-k and temperature; min-p compares with the best one.
    private int Kept(double[] weights, double total)
    {
        var kept = weights.Length;
        if (_options.MinP > 0)
        {
            var least = _options.MinP * weights[0];
            kept = Array.FindIndex(weights, weight => weight < least);
            kept = kept < 0 ? weights.Length : Math.Max(1, kept);
        }

        var sum = 0.0;
        for (var i = 0; i < kept && _options.TopP < 1; i++)
        {
            sum += weights[i];
            if (sum >= _options.TopP * total)
            {
                return i + 1;
            }
        }

        return kept;
    }
}
