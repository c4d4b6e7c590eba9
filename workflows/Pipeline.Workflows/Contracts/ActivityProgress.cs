namespace Pipeline.Workflows.Contracts;

/// <summary>
/// How far an activity has come; travels in its heartbeats, where the command line and the Web UI see it.
/// </summary>
/// <param name="Stage">What is at work.</param>
/// <param name="Done">Units that are done.</param>
/// <param name="Total">Units in all; 0 when unknown.</param>
/// <param name="Text">One line for people.</param>
/// <param name="Host">Host that works; its queue is tried first when the work has to go on after a loss.</param>
public sealed record ActivityProgress(string Stage, double Done, double Total, string Text, string Host = "");
