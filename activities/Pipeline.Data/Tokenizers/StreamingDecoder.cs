using System.Runtime.InteropServices;
using System.Text;

namespace Pipeline.Data.Tokenizers;

/// <summary>
/// Decodes a sequence of ids one by one. A piece of text is given out only when no later id can change it, so a
/// character is never cut in two; the pieces and <see cref="Flush"/> together are the decoded text.
/// </summary>
/// <remarks>Not safe for use by several threads.</remarks>
public sealed class StreamingDecoder
{
    private readonly HuggingFaceTokenizer _tokenizer;
    private readonly bool _skipSpecialTokens;
    private readonly List<int> _ids = [];
    private string _prefix = "";
    private int _prefixIds;

    internal StreamingDecoder(HuggingFaceTokenizer tokenizer, bool skipSpecialTokens) =>
        (_tokenizer, _skipSpecialTokens) = (tokenizer, skipSpecialTokens);

    /// <summary>Takes the next id.</summary>
    /// <param name="id">Token id.</param>
    /// <returns>New text, or null while the text so far ends within a character.</returns>
    public string? Add(int id)
    {
        if (_prefix.Length == 0 && _ids.Count > 0)
        {
            var prefix = Decode();
            if (!prefix.EndsWith('\uFFFD'))
            {
                _prefix = prefix;
                _prefixIds = _ids.Count;
            }
        }

        _ids.Add(id);
        var text = Decode();
        if (text.EndsWith('\uFFFD') || Encoding.UTF8.GetByteCount(text) <= Encoding.UTF8.GetByteCount(_prefix))
            return null;

        // A decoder that rewrites earlier text (spaces before punctuation) can only be followed as far as both agree.
        var common = text.AsSpan().CommonPrefixLength(_prefix);
        var fresh = text[common..];
        var kept = _ids.Count - _prefixIds;
        _ids.RemoveRange(0, _prefixIds);
        _prefix = Decode();
        _prefixIds = kept;
        return fresh;
    }

    /// <summary>Ends the sequence.</summary>
    /// <returns>What was held back; an incomplete character becomes U+FFFD.</returns>
    public string Flush()
    {
        var text = _ids.Count == 0 ? "" : Decode();
        var rest = text[text.AsSpan().CommonPrefixLength(_prefix)..];
        _ids.Clear();
        _prefix = "";
        _prefixIds = 0;
        return rest;
    }

    private string Decode() => _tokenizer.Decode(CollectionsMarshal.AsSpan(_ids), _skipSpecialTokens);
}
