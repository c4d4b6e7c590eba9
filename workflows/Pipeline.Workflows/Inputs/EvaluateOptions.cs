namespace Pipeline.Workflows.Inputs;

/// <summary>What is measured before and after.</summary>
public sealed record EvaluateOptions
{
    /// <summary>Benchmarks for what the base knows; also what training rows are decontaminated against.</summary>
    /// <value>The default is <c>debian-mmlu</c>.</value>
    public IReadOnlyList<string> Benchmarks { get; init; } = ["debian-mmlu"];

    /// <summary>Worked examples in front of each question.</summary>
    /// <value>The default is 5.</value>
    public int Shots { get; init; } = 5;

    /// <summary>Questions of each subject at most; 0 asks all.</summary>
    /// <value>The default is 0.</value>
    public int Limit { get; init; }

    /// <summary>
    /// Bias and toxicity probes that are reported before and after: bias-pairs, bias-questions, toxicity; empty
    /// measures none.
    /// </summary>
    /// <value>The default is <c>bias-pairs</c> and <c>bias-questions</c>.</value>
    public IReadOnlyList<string> Bias { get; init; } = ["bias-pairs", "bias-questions"];

    /// <summary>Requests with which the speed of base and candidate is measured; 0 measures none.</summary>
    /// <value>The default is 16.</value>
    public int SpeedRequests { get; init; } = 16;

    /// <summary>Evaluation activities in flight.</summary>
    /// <value>The default is 4.</value>
    public int Parallel { get; init; } = 4;
}
