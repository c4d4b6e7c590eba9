namespace Pipeline.Hosting.Configuration;

/// <summary>The configuration has problems; all of them are listed.</summary>
/// <param name="problems">One sentence for each problem, with its place.</param>
public sealed class ConfigurationException(IReadOnlyList<string> problems)
    : Exception($"the configuration has {problems.Count} problem{(problems.Count == 1 ? "" : "s")}:\n  "
        + string.Join("\n  ", problems))
{
    /// <summary>One sentence for each problem, with its place.</summary>
    public IReadOnlyList<string> Problems { get; } = problems;
}
