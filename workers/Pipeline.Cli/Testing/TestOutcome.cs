namespace Pipeline.Cli.Testing;

/// <summary>What one test assembly reported.</summary>
/// <param name="Assembly">Name of the assembly.</param>
/// <param name="Passed">Number of passed tests.</param>
/// <param name="Failures">Name and message of each failed test; a crash of the process counts as one.</param>
/// <param name="Skips">Name and reason of each skipped test.</param>
/// <param name="Seconds">Wall time, seconds.</param>
internal sealed record TestOutcome(
    string Assembly, int Passed, IReadOnlyList<(string Name, string Message)> Failures,
    IReadOnlyList<(string Name, string Reason)> Skips, double Seconds);
