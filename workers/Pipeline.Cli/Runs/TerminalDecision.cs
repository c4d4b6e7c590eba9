using Pipeline.Workflows.Approvals;

namespace Pipeline.Cli.Runs;

/// <summary>What the person at the terminal decided.</summary>
/// <param name="Yes">Whether it is approved, or a failed gate waived.</param>
/// <param name="Input">Name, digest and comment.</param>
/// <param name="KeyFile">File with the private key; empty where decisions need not be signed.</param>
internal sealed record TerminalDecision(bool Yes, DecisionInput Input, string KeyFile);
