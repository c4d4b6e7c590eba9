namespace Pipeline.Data.Labels;

/// <summary>How rows become token ids and labels.</summary>
public sealed record LabelOptions
{
    /// <summary>Which part of a row is learned.</summary>
    /// <value>Default: every turn of the trained roles.</value>
    public TrainOn TrainOn { get; init; } = TrainOn.Roles;

    /// <summary>Roles whose turns are learned.</summary>
    /// <value>Default: the assistant.</value>
    public IReadOnlyList<string> Roles { get; init; } = ["assistant"];

    /// <summary>Which end-of-turn tokens are learned.</summary>
    /// <value>Default: those of trained turns.</value>
    public TrainOnEos TrainOnEos { get; init; } = TrainOnEos.Turn;

    /// <summary>Longest row in tokens; null for no limit.</summary>
    public int? MaxLength { get; init; }

    /// <summary>What happens to a longer row.</summary>
    /// <value>Default: it is dropped and counted.</value>
    public OverLength OverLength { get; init; } = OverLength.Drop;

    /// <summary>
    /// Content is trusted to hold control tokens, as the reference library does; only for comparison with it.
    /// </summary>
    internal bool TrustContent { get; init; }
}
