using Pipeline.Llm.Training.Optimizers;

namespace Pipeline.Llm.Training;

/// <summary>What a trainer needs of a model besides its loss.</summary>
public sealed record TrainableModel
{
    /// <summary>Trainable tensors with their names on disk.</summary>
    public required IReadOnlyList<NamedParameter> Parameters { get; init; }

    /// <summary>Writes the adapter or the model to a folder.</summary>
    public required Action<string> Export { get; init; }

    /// <summary>Norm of the update relative to the norm of the weight, by module; null for a full fine-tune.</summary>
    public Func<IReadOnlyDictionary<string, double>>? WeightRatios { get; init; }

    /// <summary>Runs an action with the untrained weights in place; null when they are gone, as in a full
    /// fine-tune.</summary>
    public Action<Action>? Untrained { get; init; }

    /// <summary>Token id that fills padded batches.</summary>
    public int PaddingId { get; init; }
}
