namespace Pipeline.Llm.Training.Diagnostics;

/// <summary>Notices a loss that jumps about instead of falling.</summary>
public sealed class ErraticLoss
{
    /// <summary>Steps that are looked at.</summary>
    public const int Window = 20;

    /// <summary>Standard deviation relative to the mean above which the loss is erratic.</summary>
    public const double Bound = 0.75;

    /// <summary>Losses below this many nats are left alone: they vary by large factors.</summary>
    public const double Floor = 0.5;

    private readonly Queue<double> _losses = new();
    private bool _reported;

    /// <summary>Takes a loss into account.</summary>
    /// <param name="loss">Loss of a step, in nats a token.</param>
    /// <returns>True once, when the loss has become erratic.</returns>
    public bool Add(double loss)
    {
        _losses.Enqueue(loss);
        if (_losses.Count > Window)
        {
            _losses.Dequeue();
        }

        if (_reported || _losses.Count < Window)
        {
            return false;
        }

        var mean = _losses.Average();
        var deviation = Math.Sqrt(_losses.Average(value => (value - mean) * (value - mean)));
        _reported = mean > Floor && deviation > Bound * mean;
        return _reported;
    }
}
