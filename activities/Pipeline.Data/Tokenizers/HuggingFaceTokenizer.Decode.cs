using System.Buffers;

namespace Pipeline.Data.Tokenizers;

public sealed partial class HuggingFaceTokenizer
{
    /// <summary>Decodes ids to text.</summary>
    /// <param name="ids">Token ids; ids without a token are left out.</param>
    /// <param name="skipSpecialTokens">Whether special tokens are left out.</param>
    /// <returns>The text.</returns>
    public string Decode(ReadOnlySpan<int> ids, bool skipSpecialTokens) => _decoder.Decode(ids, skipSpecialTokens);

    /// <summary>Decodes ids to text, special tokens included.</summary>
    /// <param name="ids">Token ids; ids without a token are left out.</param>
    /// <returns>The text.</returns>
    public override string Decode(IEnumerable<int> ids)
    {
        ArgumentNullException.ThrowIfNull(ids);
        return _decoder.Decode(ids as int[] ?? [.. ids], skipSpecialTokens: false);
    }

    /// <summary>Decodes ids into a buffer, special tokens included.</summary>
    /// <param name="ids">Token ids.</param>
    /// <param name="destination">Receives UTF-16 text.</param>
    /// <param name="idsConsumed">Number of ids whose text was written.</param>
    /// <param name="charsWritten">Number of UTF-16 units written.</param>
    /// <returns><see cref="OperationStatus.Done"/>, or <see cref="OperationStatus.DestinationTooSmall"/> with nothing
    /// written.</returns>
    public override OperationStatus Decode(
        IEnumerable<int> ids, Span<char> destination, out int idsConsumed, out int charsWritten)
    {
        ArgumentNullException.ThrowIfNull(ids);
        var all = ids as int[] ?? [.. ids];
        var text = _decoder.Decode(all, skipSpecialTokens: false);
        (idsConsumed, charsWritten) = (0, 0);
        if (!text.TryCopyTo(destination)) return OperationStatus.DestinationTooSmall;
        (idsConsumed, charsWritten) = (all.Length, text.Length);
        return OperationStatus.Done;
    }

    /// <summary>Starts decoding a sequence of ids that comes in one by one.</summary>
    /// <param name="skipSpecialTokens">Whether special tokens are left out.</param>
    /// <returns>A decoder for one sequence.</returns>
    public StreamingDecoder CreateStreamingDecoder(bool skipSpecialTokens = true) => new(this, skipSpecialTokens);
}
