namespace Pipeline.Evaluation.Preflight;

/// <summary>What the prompt diagnostic advises.</summary>
public enum PreflightAdvice
{
    /// <summary>The best prompt is too far from the goal: improve data or prompt first.</summary>
    Stop,

    /// <summary>A fine-tune is likely to pay.</summary>
    Go,

    /// <summary>The best prompt is nearly as good as it gets: a fine-tune gains little.</summary>
    MarginalGain,
}

/// <summary>Outcome of the prompt diagnostic before a fine-tune.</summary>
/// <param name="Advice">What it advises.</param>
/// <param name="BestPrompt">Name of the best prompt.</param>
/// <param name="Accuracy">Its share of right answers.</param>
/// <param name="Reason">The advice in a sentence.</param>
/// <param name="Overridden">Why a person goes on all the same; empty when nobody does.</param>
public sealed record PreflightDecision(
    PreflightAdvice Advice, string BestPrompt, double Accuracy, string Reason, string Overridden)
{
    /// <summary>Share from which a fine-tune pays.</summary>
    public const double GoFrom = 0.70;

    /// <summary>Share from which hardly anything is left to gain.</summary>
    public const double CeilingFrom = 0.95;

    /// <summary>Whether training may start.</summary>
    public bool MayTrain => Advice != PreflightAdvice.Stop || Overridden.Length > 0;

    /// <summary>Decides by the accuracies of prompts on the evaluation rows.</summary>
    /// <param name="prompts">Right answers and rows by prompt; at least one.</param>
    /// <param name="overrideReason">Reason to go on although the advice is to stop; it is kept in the decision.</param>
    /// <returns>The decision.</returns>
    public static PreflightDecision Of(
        IReadOnlyDictionary<string, (int Right, int Rows)> prompts, string overrideReason = "")
    {
        if (prompts.Count == 0 || prompts.Values.Any(prompt => prompt.Rows < 1))
            throw new ArgumentException("the diagnostic needs a prompt with at least one row", nameof(prompts));
        var (name, (right, rows)) = prompts.OrderByDescending(prompt => (double)prompt.Value.Right / prompt.Value.Rows)
            .ThenBy(prompt => prompt.Key, StringComparer.Ordinal).First();
        var accuracy = (double)right / rows;
        var measured = $"the best prompt '{name}' answers {right} of {rows} rows ({100 * accuracy:0.0} %)";
        return accuracy < GoFrom
            ? new(PreflightAdvice.Stop, name, accuracy,
                $"{measured}, below {100 * GoFrom:0} %: improve data or prompt before a fine-tune", overrideReason)
            : accuracy >= CeilingFrom
            ? new(PreflightAdvice.MarginalGain, name, accuracy, $"{measured}: a fine-tune has little left to gain", "")
            : new(PreflightAdvice.Go, name, accuracy, $"{measured}: a fine-tune is likely to pay", "");
    }
}
