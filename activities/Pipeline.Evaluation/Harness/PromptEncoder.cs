using Pipeline.Data.Tokenizers;
using Pipeline.Evaluation.Scoring;
using Pipeline.Evaluation.Text;

namespace Pipeline.Evaluation.Harness;

/// <summary>Turns contexts and continuations into token ids the way lm-evaluation-harness does.</summary>
/// <remarks>
/// A continuation's tokens are those that the whole text has beyond the context's; white space at the end of a context
/// moves into the continuation first. Source: lm-evaluation-harness 0.4.13.
/// </remarks>
public sealed class PromptEncoder
{
    private readonly HuggingFaceTokenizer _tokenizer;
    private readonly string? _begin;
    private readonly bool _addSpecialTokens;

    /// <summary>Takes a tokenizer.</summary>
    /// <param name="tokenizer">Tokenizer and special tokens of the model.</param>
    /// <param name="addSpecialTokens">Whether texts get what the tokenizer's post-processor adds, such as a first
    /// token.</param>
    /// <exception cref="ArgumentException">The tokenizer names neither a first nor an end token.</exception>
    public PromptEncoder(PretrainedTokenizer tokenizer, bool addSpecialTokens = true)
    {
        _tokenizer = tokenizer.Tokenizer;
        _addSpecialTokens = addSpecialTokens;
        _begin = tokenizer.SpecialTokens.GetValueOrDefault("bos_token");
        End = tokenizer.SpecialTokenId("eos_token");
        Prefix = tokenizer.SpecialTokenId("bos_token") ?? End
            ?? throw new ArgumentException(
                "the tokenizer names no bos_token and no eos_token; an empty context needs one", nameof(tokenizer));
    }

    /// <summary>The single token of an empty context: the first token, else the end token.</summary>
    public int Prefix { get; }

    /// <summary>The end token, if there is one.</summary>
    public int? End { get; }

    /// <summary>Token ids of a text; one that already starts with the first token gets no second one.</summary>
    /// <param name="text">Any text.</param>
    /// <returns>Token ids.</returns>
    public int[] Encode(string text) =>
        _tokenizer.Encode(
            text, _addSpecialTokens && (_begin is null || !text.StartsWith(_begin, StringComparison.Ordinal)));

    /// <summary>Text of generated ids, special tokens left out.</summary>
    /// <param name="ids">Token ids.</param>
    /// <returns>The text.</returns>
    public string Decode(ReadOnlySpan<int> ids) => _tokenizer.Decode(ids, skipSpecialTokens: true);

    /// <summary>Whether generation ends after these ids: an end token, or a stop string in their text.</summary>
    /// <param name="ids">Generated ids.</param>
    /// <param name="until">Stop strings; one that is a special token is compared as a token.</param>
    /// <returns>True when it ends.</returns>
    public bool IsStop(IReadOnlyList<int> ids, IReadOnlyList<string> until)
    {
        if (ids[^1] == End) return true;
        if (until.Count == 0) return false;
        var text = _tokenizer.Decode([.. ids], skipSpecialTokens: false);
        return until.Any(stop => text.Contains(stop, StringComparison.Ordinal));
    }

    /// <summary>The text of generated ids before the first stop string.</summary>
    /// <param name="ids">Generated ids.</param>
    /// <param name="until">Stop strings.</param>
    /// <returns>The answer.</returns>
    public string Answer(IReadOnlyList<int> ids, IReadOnlyList<string> until)
    {
        // Stop strings that are special tokens vanish from the text below, so they cut the ids.
        var kept = ids.TakeWhile(id => id != End
            && !(_tokenizer.AddedTokens.ContainsKey(id) && until.Contains(_tokenizer.IdToToken(id)))).ToArray();
        return until.Where(stop => stop.Length > 0).Aggregate(Decode(kept), (cut, stop) => cut.Split(stop, 2)[0]);
    }

    /// <summary>A context with its continuations.</summary>
    /// <param name="context">Text before; may be empty.</param>
    /// <param name="continuations">Texts to score.</param>
    /// <returns>Token ids.</returns>
    public ScoreRequest Encode(string context, IReadOnlyList<string> continuations)
    {
        if (context.Length == 0)
            return new([Prefix], [.. continuations.Select(text => _tokenizer.Encode(text, addSpecialTokens: false))]);
        var bare = UnicodeText.TrimEnd(context);
        var before = Encode(bare);
        return new(before, [.. continuations.Select(text => Encode(context + text)[before.Length..])]);
    }

    /// <summary>The windows in which a long text is scored, each token once.</summary>
    /// <param name="text">The text.</param>
    /// <param name="maxLength">Most tokens of a window.</param>
    /// <returns>One request a window: the first has a single context token, the last is filled from the left with
    /// earlier tokens.</returns>
    public IReadOnlyList<ScoreRequest> Windows(string text, int maxLength)
    {
        var ids = Encode(text);
        var windows = new List<ScoreRequest>();
        for (var done = 0; done < ids.Length;)
        {
            var count = Math.Min(ids.Length - done, maxLength);
            var end = done + count;
            // A window scores count tokens and feeds at most maxLength, so it has maxLength + 1 - count tokens of
            // context.
            int[] context = done == 0 ? [Prefix] : ids[Math.Max(0, end - maxLength - 1)..done];
            windows.Add(new(context, [ids[done..end]]));
            done = end;
        }

        return windows;
    }
}
