namespace Pipeline.Statistics;

/// <summary>What a sequential test concludes.</summary>
public enum SequentialDecision
{
    /// <summary>Go on observing.</summary>
    Continue,

    /// <summary>The first rate is accepted.</summary>
    AcceptFirst,

    /// <summary>The second rate is accepted.</summary>
    AcceptSecond,
}

/// <summary>Wald's sequential test between two success rates (1945).</summary>
/// <param name="first">The rate of the first hypothesis.</param>
/// <param name="second">The rate of the second hypothesis.</param>
/// <param name="alpha">Risk of accepting the second wrongly.</param>
/// <param name="beta">Risk of accepting the first wrongly.</param>
public sealed class WaldSprt(double first, double second, double alpha, double beta)
{
    /// <summary>Log-likelihood ratio at which the second rate is accepted.</summary>
    public double Upper { get; } = Math.Log((1 - beta) / alpha);

    /// <summary>Log-likelihood ratio at which the first rate is accepted.</summary>
    public double Lower { get; } = Math.Log(beta / (1 - alpha));

    /// <summary>Log-likelihood ratio so far.</summary>
    public double LogLikelihoodRatio { get; private set; }

    /// <summary>Adds an observation.</summary>
    /// <param name="success">Whether it succeeded.</param>
    /// <returns>The decision after it.</returns>
    public SequentialDecision Add(bool success)
    {
        LogLikelihoodRatio += success ? Math.Log(second / first) : Math.Log((1 - second) / (1 - first));
        return LogLikelihoodRatio >= Upper ? SequentialDecision.AcceptSecond
            : LogLikelihoodRatio <= Lower ? SequentialDecision.AcceptFirst : SequentialDecision.Continue;
    }
}
