using Pipeline.Workflows.Triggers;

namespace Pipeline.Cli.Runs;

/// <summary>What the demonstration of the trigger showed.</summary>
/// <param name="Prefix">Prefix that got new objects.</param>
/// <param name="Objects">Objects that arrived, each with news of its own.</param>
/// <param name="Decisions">What the trigger decided.</param>
/// <param name="Started">Runs that it started.</param>
/// <param name="Run">Id of the run in flight.</param>
internal sealed record RetrainDemoResult(
    string Prefix, int Objects, IReadOnlyList<TriggerDecision> Decisions, int Started, string Run);
