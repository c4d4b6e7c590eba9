using System.Text.Json;

namespace Pipeline.Workflows.FineTuning;

/// <summary>What an operator sends with <c>retryStage</c>.</summary>
public sealed record RetryStageInput
{
    /// <summary>The parked stage, or an earlier one to go back to; empty means the parked one.</summary>
    public string Stage { get; init; } = "";

    /// <summary>
    /// Fields of the input to change, in the form of the input, e.g. <c>{"train":{"learningRate":1e-4}}</c>.
    /// </summary>
    public JsonElement? ChangedParameters { get; init; }

    /// <summary>Who asks.</summary>
    public string By { get; init; } = "";
}

/// <summary>What an operator sends with <c>skipStage</c> or <c>abort</c>.</summary>
public sealed record OperatorInput
{
    /// <summary>Who asks.</summary>
    public string By { get; init; } = "";

    /// <summary>Why.</summary>
    public string Reason { get; init; } = "";
}
