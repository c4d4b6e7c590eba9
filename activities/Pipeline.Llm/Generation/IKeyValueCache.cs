using static TorchSharp.torch;

namespace Pipeline.Llm.Generation;

/// <summary>Keys and values of earlier tokens, as the attention layers use them.</summary>
public interface IKeyValueCache
{
    /// <summary>Tokens stored for each row.</summary>
    IReadOnlyList<int> Lengths { get; }

    /// <summary>Prepares for the tokens of one pass.</summary>
    /// <param name="start">First real column of each row.</param>
    /// <param name="real">Real tokens of each row.</param>
    /// <param name="columns">Columns of the batch.</param>
    void Begin(IReadOnlyList<int> start, IReadOnlyList<int> real, int columns);

    /// <summary>Stores the keys and values of the tokens announced last.</summary>
    /// <param name="layer">Zero-based layer.</param>
    /// <param name="keys">Keys [b, s, kv, hd].</param>
    /// <param name="values">Values of the same shape.</param>
    void Store(int layer, Tensor keys, Tensor values);

    /// <summary>Everything stored.</summary>
    /// <param name="layer">Zero-based layer.</param>
    /// <returns>Keys and values [b, longest, kv, hd]; what lies behind a row's length is finite and means
    /// nothing.</returns>
    (Tensor Keys, Tensor Values) Read(int layer);
}
