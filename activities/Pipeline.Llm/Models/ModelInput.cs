using Pipeline.Llm.Generation;
using static TorchSharp.torch;

namespace Pipeline.Llm.Models;

/// <summary>Token ids for one forward pass, and how rows are laid out in them.</summary>
public sealed record ModelInput
{
    /// <summary>Token ids [b, s], int64.</summary>
    public required Tensor InputIds { get; init; }

    /// <summary>Position of each token [b, s], int64.</summary>
    /// <value>Null: the number of real tokens of the same sequence before it.</value>
    public Tensor? Positions { get; init; }

    /// <summary>
    /// Lengths of the sequences packed one after the other into a single row; they never see each other.
    /// </summary>
    /// <value>Null: a row is one sequence.</value>
    public IReadOnlyList<int>? SequenceLengths { get; init; }

    /// <summary>1 for a real token, 0 for padding at the left or the right end of a row [b, s].</summary>
    /// <value>Null: all tokens are real.</value>
    public Tensor? AttentionMask { get; init; }

    /// <summary>Keys and values of earlier tokens; the new ones are added to it.</summary>
    public IKeyValueCache? Cache { get; init; }

    /// <summary>
    /// Adapter of each batch row (of each sequence of a packed row); null entries mean the base model.
    /// </summary>
    /// <value>Null: every enabled adapter acts on every row.</value>
    public IReadOnlyList<string?>? AdapterPerRow { get; init; }

    /// <summary>
    /// Low-rank updates that lie outside the model, one for each row; attached adapters act only where
    /// <see cref="AdapterPerRow"/> names them.
    /// </summary>
    /// <value>Null: none.</value>
    public IRowAdapters? RowAdapters { get; init; }
}
